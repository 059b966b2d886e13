using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Tokens;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// The transforms of every route, in their order: target as written → strip → API key → access token. They come after whatever
/// <c>proxy.json</c> itself lists, so nothing written there can put another credential in.
/// </summary>
internal sealed class RequestRules(Clik2payOptions options, AccessTokenSource tokens, TimeProvider time) : ITransformProvider
{
    public void Apply(TransformBuilderContext context)
    {
        // No X-Forwarded-*: the provider learns nothing of what is behind the sidecar.
        context.UseDefaultForwarders = false;

        context.RequestTransforms.Add(new RawTargetTransform());
        context.RequestTransforms.Add(new StripTransform());
        context.RequestTransforms.Add(new ApiKeyTransform(options));
        context.RequestTransforms.Add(new AccessTokenTransform(tokens, time));
        context.ResponseTransforms.Add(new UnauthorizedTransform(tokens));
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        // Nothing of a route is ours to judge.
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // Nothing of a cluster is ours to judge.
    }
}
