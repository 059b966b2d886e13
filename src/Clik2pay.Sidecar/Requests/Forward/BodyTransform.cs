using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>
/// Decides how the body of the request is sent. A buffered body can be sent again. A GET, HEAD or DELETE without a body has a
/// Content-Length only if the caller sent one.
/// </summary>
internal sealed class BodyTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var (caller, request) = (context.HttpContext.Request, context.ProxyRequest);
        var exchange = Exchange.Of(context.HttpContext);
        var hasBody = exchange.HasStreamedBody || exchange.Body is { IsEmpty: false };

        // GET, HEAD and DELETE expect no content, so without a body they get no length. For other methods, a length is recommended (RFC
        // 9110, section 8.6). An empty chunked body counts as no body, because a server that ignores bodies would read the last chunk as a
        // request.
        exchange.OmitsContentLength = caller.Method is "GET" or "HEAD" or "DELETE" && caller.ContentLength is null
            && (!context.HttpContext.CanHaveBody() || !hasBody);

        // YARP's content can be sent only once, and cannot be replaced here. NoRepeatHandler replaces this content later.
        if (request.Content is { } content && exchange.Body is { } body)
        {
            var isSized = caller.ContentLength is not null || exchange.OmitsContentLength;
            request.Options.Set(BufferedBody.Key, new(body, isSized, content.Headers));
        }

        // A server that ignores the body of a DELETE would read that body as the next request (RFC 9110, section 9.3.5).
        if (hasBody && caller.Method is "DELETE")
            request.Headers.ConnectionClose = true;

        return default;
    }
}
