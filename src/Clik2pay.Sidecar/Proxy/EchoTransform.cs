using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Lets no header of an answer, and not the words behind its status, tell the caller our credentials.</summary>
internal sealed class EchoTransform(EchoFilter echoes) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var sent = new SentCredentials(context.ProxyResponse);
        echoes.Apply(context.HttpContext.Response.Headers, sent);

        var response = context.HttpContext.Features.GetRequiredFeature<IHttpResponseFeature>();
        if (EchoFilter.IsIn(response.ReasonPhrase, sent))
            response.ReasonPhrase = null;

        return default;
    }
}
