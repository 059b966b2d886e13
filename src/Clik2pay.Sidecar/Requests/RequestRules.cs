using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Forward;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens.Refresh;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Requests;

/// <summary>
/// The transforms of every route, in their order. Request: target as written → strip → body → inject. Response: replay on 401 →
/// framing → connection → header filter → nothing added → trailers. They run after the transforms in
/// <c>proxy.json</c>, so nothing written there can put another credential in.
/// </summary>
internal sealed class RequestRules(
    AccessTokenSource tokens, ResponseHeaderFilter filter, Clik2payOptions options, RequestMetrics metrics, TimeProvider time)
    : ITransformProvider
{
    public void Apply(TransformBuilderContext context)
    {
        // No X-Forwarded-*: the provider learns nothing of what is behind the sidecar.
        context.UseDefaultForwarders = false;

        context.RequestTransforms.Add(new RawTargetTransform());
        context.RequestTransforms.Add(new StripTransform(metrics));
        context.RequestTransforms.Add(new BodyTransform());
        context.RequestTransforms.Add(new InjectTransform(tokens, metrics, time));
        context.ResponseTransforms.Add(new UnauthorizedTransform(tokens, metrics, time));
        context.ResponseTransforms.Add(new FramingTransform(options));
        context.ResponseTransforms.Add(new ConnectionTransform());
        context.ResponseTransforms.Add(new ResponseHeaderTransform(filter));
        context.ResponseTransforms.Add(new NoDateTransform());
        context.ResponseTransforms.Add(new ChunkedTransform());
        context.ResponseTrailersTransforms.Add(new TrailersTransform(filter));
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        // Done by TransformValidator.
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // Done by the schema of the routes.
    }
}
