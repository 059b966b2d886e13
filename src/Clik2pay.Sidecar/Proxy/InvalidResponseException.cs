namespace Clik2pay.Sidecar.Proxy;

/// <summary>A response that cannot be passed on.</summary>
/// <param name="reason">What is wrong with it, in the words that follow the provider's address. It quotes nothing from the response but numbers.</param>
internal sealed class InvalidResponseException(string reason) : Exception(reason)
{
    public string Reason { get; } = reason;
}
