using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Decides how the request's body is sent: a kept body so that it can be sent again, and a request without a body gets no length that the
/// caller did not send.
/// </summary>
internal sealed class BodyTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var (caller, request) = (context.HttpContext.Request, context.ProxyRequest);
        var exchange = Exchange.Of(context.HttpContext);

        // YARP's content can be sent only once, and cannot be replaced here. A handler replaces it later.
        if (request.Content is { } content && exchange.Body is { } body)
            request.Options.Set(KeptBody.Key, new(body, isSized: caller.ContentLength is not null, content.Headers));

        // These methods expect no content, so none of them gets a length. For the others a length is recommended (RFC 9110, section 8.6).
        exchange.OmitsContentLength = caller.Method is "GET" or "HEAD" or "DELETE" && caller.ContentLength is null
            && context.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
        return default;
    }
}
