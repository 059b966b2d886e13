namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>A response that cannot be forwarded.</summary>
/// <param name="reason">What is wrong, as the end of a sentence that begins with the address. It quotes only numbers of it.</param>
internal sealed class InvalidResponseException(string reason) : Exception(reason)
{
    public string Reason { get; } = reason;
}
