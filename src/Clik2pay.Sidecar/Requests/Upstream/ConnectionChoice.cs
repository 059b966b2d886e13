namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Sends a request that has <c>Connection: close</c> on a connection of its own. The HTTP client puts such a connection back into its pool
/// if the provider does not close it, and the next request on it would follow a body that the provider may not have read.
/// </summary>
internal sealed class ConnectionChoice(HttpMessageHandler pooled, HttpMessageHandler unpooled) : DelegatingHandler(pooled)
{
    private readonly HttpMessageInvoker alone = new(unpooled);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Headers.ConnectionClose == true ? alone.SendAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            alone.Dispose();
        base.Dispose(disposing);
    }
}
