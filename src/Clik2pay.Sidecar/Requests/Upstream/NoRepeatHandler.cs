namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Adds content to every request that is not safe (RFC 9110, section 9.2.1): the buffered body, or an empty one. When a pooled connection
/// closes before the response, the HTTP client repeats a request without content on another connection. It does not repeat a request with
/// content.
/// </summary>
internal sealed class NoRepeatHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null)
        {
            if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
                request.Content = new ByteArrayContent([]);
        }
        else if (request.Options.TryGetValue(BufferedBody.Key, out var body))
        {
            request.Content = body;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
