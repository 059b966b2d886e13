using Clik2pay.Sidecar.Requests.Headers;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Ends a chunked response with its filtered trailers.</summary>
internal sealed class TrailersTransform(ResponseHeaderFilter filter) : ResponseTrailersTransform
{
    public override ValueTask ApplyAsync(ResponseTrailersTransformContext context) =>
        context.HttpContext.Features.Get<ResponseTrailers>() is { } answer ? EndAsync(answer, context) : default;

    private async ValueTask EndAsync(ResponseTrailers answer, ResponseTrailersTransformContext context)
    {
        ConnectionOptions.RemoveNominated(answer.Trailers, context.ProxyResponse);
        filter.Apply(answer.Trailers, new SentCredentials(context.ProxyResponse));
        await answer.EndAsync(context.CancellationToken);
    }
}
