using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Ends an answer in chunks with its trailers, which hold no echo of the credentials either.</summary>
internal sealed class TrailersTransform(EchoFilter echoes) : ResponseTrailersTransform
{
    public override async ValueTask ApplyAsync(ResponseTrailersTransformContext context)
    {
        if (context.HttpContext.Features.Get<AnswerTrailers>() is not { } answer)
            return;

        echoes.Apply(answer.Trailers, context.ProxyResponse);
        await answer.EndAsync(context.CancellationToken);
    }
}
