using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Hands a body that was kept on to the handler that sends it, since YARP lets nobody replace its own content here, which can be sent only once.</summary>
internal sealed class KeptBodyTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var request = context.ProxyRequest;
        if (request.Content is { } content && Exchange.Of(context.HttpContext).Body is { } body)
            request.Options.Set(KeptBody.Key, new(body, isSized: context.HttpContext.Request.ContentLength is not null, content.Headers));

        return default;
    }
}
