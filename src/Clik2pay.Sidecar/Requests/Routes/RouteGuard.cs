using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.RequestLine;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Refuses a request whose path matches a different route after it is decoded. With the route <c>/payments/{id}</c>, the path
/// <c>/payments/1%2Frefund</c> names a payment for the sidecar, and a different operation for a provider that decodes the path.
/// </summary>
internal sealed class RouteGuard(RequestDelegate next, RouteMatcher routes, FailureResponder failures)
{
    private static readonly Problem OtherRoute = Refusals.BadRequest(RefusalReason.Target,
        "The path matches a different route, or none, as written or after it is decoded. Write the fixed segments of the route without "
        + "escapes. Escaped slashes, backslashes, question marks and number signs are allowed only in a catch-all segment of the route.");

    public Task InvokeAsync(HttpContext context)
    {
        var target = Exchange.Of(context).Target;
        return RequestTarget.GetPath(target).Contains('%') ? CheckAsync(context, target) : next(context);
    }

    private async Task CheckAsync(HttpContext context, string target)
    {
        if (!MatchesAsWritten(context, target) || !await MatchesDecodedAsync(context, target))
            await failures.RespondAsync(context, OtherRoute);
        else
            await next(context);
    }

    private async Task<bool> MatchesDecodedAsync(HttpContext context, string target)
    {
        var route = RouteMatcher.RouteIdOf(context);
        foreach (var path in RequestTarget.GetDecodings(RequestTarget.GetPath(target)))
        {
            if (await routes.FindAsync(context, path) != route)
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether fixed segments have no avoidable escapes, and only a catch-all segment contains escaped characters that end a segment or the
    /// path.
    /// </summary>
    private static bool MatchesAsWritten(HttpContext context, string target)
    {
        var segments = context.GetEndpoint() is RouteEndpoint { RoutePattern: var pattern } ? pattern.PathSegments : [];
        var index = 0;
        foreach (var segment in RequestTarget.GetPath(target)[1..].ToString().Split('/'))
        {
            var expected = index < segments.Count ? segments[index].Parts : [];
            if (expected is [RoutePatternParameterPart { IsCatchAll: true }])
                return true;

            if (RequestTarget.HasEncodedEnd(segment))
                return false;

            if (expected is [RoutePatternLiteralPart { Content: var literal }]
                && !RequestTarget.GetWritten(segment).Equals(literal, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            index++;
        }

        return true;
    }
}
