namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// The address of a request to the provider, with path and query byte for byte as the caller wrote them. The address refers to the
/// exchange, for code that gets only the HTTP client's request.
/// </summary>
internal sealed class UpstreamAddress(string address, Exchange exchange) : Uri(address, in AsWritten)
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public Exchange Exchange { get; } = exchange;
}
