using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Sends a request on a connection of its own if it has <c>Connection: close</c>, or if its profile may not keep another connection. After
/// a request with <c>Connection: close</c>, the HTTP client would return a pooled connection to its pool if the provider does not close it.
/// The next request on that connection would follow a body that the provider may not have read.
/// </summary>
internal sealed class OwnConnectionHandler(HttpMessageHandler pooled, HttpMessageHandler unpooled) : DelegatingHandler(pooled)
{
    private readonly HttpMessageInvoker alone = new(unpooled);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Headers.ConnectionClose == true || request.RequestUri is UpstreamAddress { Exchange.UsesOwnConnection: true }
            ? alone.SendAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            alone.Dispose();
        base.Dispose(disposing);
    }
}
