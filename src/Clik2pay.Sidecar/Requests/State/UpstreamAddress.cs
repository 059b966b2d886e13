namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// The address of a request to the provider, with path and query byte for byte as the caller wrote them. It refers to the exchange, for
/// code that the HTTP client calls with its own request only.
/// </summary>
internal sealed class UpstreamAddress(string address, Exchange exchange) : Uri(address, in AsWritten)
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public Exchange Exchange { get; } = exchange;
}
