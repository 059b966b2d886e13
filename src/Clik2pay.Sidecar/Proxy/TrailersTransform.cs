using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Ends an answer in chunks with its trailers, which hold no echo of the credentials either.</summary>
internal sealed class TrailersTransform(EchoFilter echoes) : ResponseTrailersTransform
{
    public override ValueTask ApplyAsync(ResponseTrailersTransformContext context) =>
        context.HttpContext.Features.Get<AnswerTrailers>() is { } answer ? EndAsync(answer, context) : default;

    private async ValueTask EndAsync(AnswerTrailers answer, ResponseTrailersTransformContext context)
    {
        answer.Trailers.Remove(ProblemAnswer.ErrorHeader);
        ConnectionOptions.RemoveNominated(answer.Trailers, context.ProxyResponse);
        echoes.Apply(answer.Trailers, new SentCredentials(context.ProxyResponse));
        await answer.EndAsync(context.CancellationToken);
    }
}
