using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Decides how the request's body goes out: a kept one so that it can be sent again, none without a length that the caller did not send.</summary>
internal sealed class BodyTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var (caller, request) = (context.HttpContext.Request, context.ProxyRequest);
        var exchange = Exchange.Of(context.HttpContext);

        // YARP lets nobody replace its own content here, which can be sent only once: the handler that sends it does.
        if (request.Content is { } content && exchange.Body is { } body)
            request.Options.Set(KeptBody.Key, new(body, isSized: caller.ContentLength is not null, content.Headers));

        // These methods expect no content, so no length is sent for it. For the others it is recommended (RFC 9110, section 8.6).
        exchange.OmitsContentLength = caller.Method is "GET" or "HEAD" or "DELETE" && caller.ContentLength is null
            && context.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
        return default;
    }
}
