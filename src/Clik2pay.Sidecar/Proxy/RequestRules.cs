using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// The transforms of every route, in their order. Request: target as written → strip → body → inject. Response: replay on 401 →
/// framing → connection → header filter → nothing added → trailers. They run after the transforms in
/// <c>proxy.json</c>, so nothing written there can put another credential in.
/// </summary>
internal sealed class RequestRules(
    AccessTokenSource tokens, ResponseHeaderFilter filter, Clik2payOptions options, SidecarMetrics metrics, TimeProvider time) : ITransformProvider
{
    private static readonly string[] AsTheCallerWroteThem = ["Path", "Query", "HttpMethod"];

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
        // Each of these wants middleware that is not there; every request of the route would end in an error.
        if (context.Route is { AuthorizationPolicy: not null } or { CorsPolicy: not null } or { RateLimiterPolicy: not null } or { OutputCachePolicy: not null } or { TimeoutPolicy: not null } or { Timeout: not null })
            context.Errors.Add(new InvalidOperationException($"The route '{context.Route.RouteId}' has a policy or a Timeout, which the sidecar does not offer; remove it (ActivityTimeout of the cluster limits the time)."));

        // A transform of the target would be without effect, and one of the method would make another request of it.
        foreach (var key in context.Route.Transforms?.SelectMany(transform => transform.Keys) ?? [])
        {
            if (AsTheCallerWroteThem.Any(part => key.StartsWith(part, StringComparison.OrdinalIgnoreCase)))
                context.Errors.Add(new InvalidOperationException($"The route '{context.Route.RouteId}' has the transform {key}, but method, path and query always go out as the caller wrote them; remove it."));
        }
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // The destination filter does.
    }
}
