using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Ends a chunked response with its filtered trailers.</summary>
internal sealed class TrailersTransform(ResponseHeaderFilter filter) : ResponseTrailersTransform
{
    public override ValueTask ApplyAsync(ResponseTrailersTransformContext context) =>
        context.HttpContext.Features.Find<IHttpResponseTrailersFeature>() is ResponseTrailers trailers
            ? EndAsync(trailers, context)
            : default;

    private async ValueTask EndAsync(ResponseTrailers response, ResponseTrailersTransformContext context)
    {
        NominatedHeaders.RemoveNominated(response.Trailers, context.ProxyResponse);
        filter.Apply(response.Trailers, new SentCredentials(context.ProxyResponse));
        await response.EndAsync(context.CancellationToken);
    }
}
