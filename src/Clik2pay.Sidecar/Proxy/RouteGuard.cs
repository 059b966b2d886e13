using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Refuses a request whose path matches a different route after it is decoded. With the route <c>/payments/{id}</c>, the path
/// <c>/payments/1%2Frefund</c> names a payment for the sidecar, and a different operation for a provider that decodes the path.
/// </summary>
internal sealed class RouteGuard(RequestDelegate next, RouteMatcher routes, SidecarMetrics metrics)
{
    private static readonly Refusal OtherRoute = Refusal.BadRequest(RejectionReason.Target,
        "The path matches a different route, or none, after it is decoded. Write the fixed segments of the route without escapes. "
        + "The escapes %2F, %252F and %255C are allowed only where the route in proxy.json has a catch-all segment.");

    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return RequestTarget.GetPath(target).Contains('%') ? CheckAsync(context, target) : next(context);
    }

    private async Task CheckAsync(HttpContext context, string target)
    {
        if (HasSeparatorInParameter(context, target) || !await HaveOneRouteAsync(context, target))
            await OtherRoute.AnswerAsync(context, metrics);
        else
            await next(context);
    }

    private async Task<bool> HaveOneRouteAsync(HttpContext context, string target)
    {
        var route = RouteMatcher.RouteIdOf(context);
        foreach (var path in RequestTarget.GetReadings(RequestTarget.GetPath(target)))
        {
            if (await routes.FindAsync(context, path) != route)
                return false;
        }

        return true;
    }

    /// <summary>Whether there is an escaped separator outside the catch-all segment of the route.</summary>
    private static bool HasSeparatorInParameter(HttpContext context, string target)
    {
        var segments = context.GetEndpoint() is RouteEndpoint { RoutePattern: var pattern } ? pattern.PathSegments : [];
        var index = 0;
        foreach (var segment in RequestTarget.GetPath(target)[1..].ToString().Split('/'))
        {
            if (index < segments.Count && segments[index].Parts is [RoutePatternParameterPart { IsCatchAll: true }])
                return false;

            if (RequestTarget.HasEncodedSeparator(segment))
                return true;
            index++;
        }

        return false;
    }
}
