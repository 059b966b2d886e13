using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Lets no header of an answer, and not the words behind its status, tell the caller our credentials.</summary>
internal sealed class EchoTransform(EchoFilter echoes) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        echoes.Apply(context.HttpContext.Response.Headers, context.ProxyResponse);
        EchoFilter.Apply(context.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>(), context.ProxyResponse);
        return default;
    }
}
