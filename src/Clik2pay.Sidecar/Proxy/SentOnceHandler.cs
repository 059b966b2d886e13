namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Keeps the HTTP client from sending a request again by itself. When a pooled connection dies before the answer, the client repeats a request
/// whose content has not begun, and a request without content never begins it: a refund without a body would be sent twice. With an empty
/// content, which is <c>Content-Length: 0</c> on the wire, it is sent once (RFC 9110, section 9.2.2: a proxy must not repeat what is not safe).
/// A body that was kept takes the place of one that can be read only once.
/// </summary>
internal sealed class SentOnceHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null)
        {
            if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
                request.Content = new ByteArrayContent([]);
        }
        else if (request.Options.TryGetValue(KeptBody.Key, out var kept))
        {
            request.Content = kept;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
