namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// The address of a request to the provider, with path and query byte for byte as the caller wrote them. It leads back to the exchange from
/// code that the HTTP client calls with nothing but its own request.
/// </summary>
internal sealed class UpstreamAddress(string address, Exchange exchange) : Uri(address, in AsWritten)
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public Exchange Exchange { get; } = exchange;
}
