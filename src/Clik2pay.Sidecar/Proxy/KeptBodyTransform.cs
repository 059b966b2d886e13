using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Hands the kept body on to the handler that sends the request, and sends it again.</summary>
internal sealed class KeptBodyTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        if (context.HttpContext.Features.Get<KeptBody>() is { } body)
            context.ProxyRequest.Options.Set(KeptBody.Key, body);

        return default;
    }
}
