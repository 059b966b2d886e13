namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>A response of the provider that cannot be forwarded.</summary>
/// <param name="reason">
/// What is wrong, as the end of a sentence that begins with the provider's address. The text quotes nothing of the response except the
/// status.
/// </param>
internal sealed class InvalidResponseException(string reason) : Exception(reason)
{
    public string Reason { get; } = reason;
}
