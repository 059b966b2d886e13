using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>Finds out whether two routes have the same rank and match a common request.</summary>
internal static class AmbiguousRoutes
{
    /// <summary>
    /// Routing prefers the smaller order, then the more specific path, then a route with methods to one without, then one with hosts, then
    /// the one with more headers, then the one with more query parameters.
    /// </summary>
    public static bool AreAmbiguous(RouteConfig a, RouteConfig b)
    {
        if ((a.Order ?? 0) != (b.Order ?? 0))
            return false;

        var (headersOfA, headersOfB) = (a.Match.Headers ?? [], b.Match.Headers ?? []);
        var (queryOfA, queryOfB) = (AsHeaders(a.Match.QueryParameters), AsHeaders(b.Match.QueryParameters));
        return headersOfA.Count == headersOfB.Count
            && queryOfA.Count == queryOfB.Count
            && Overlap(a.Match.Methods, b.Match.Methods, StringComparer.OrdinalIgnoreCase.Equals)
            && Overlap(a.Match.Hosts, b.Match.Hosts, HostPattern.HaveEqualRank)
            && !AreDisjoint(headersOfA, headersOfB)
            && !AreDisjoint(queryOfA, queryOfB)
            && PathTemplate.AreEquivalent(a.Match.Path, b.Match.Path);
    }

    /// <summary>A route without methods or hosts has a lower rank than a route with them.</summary>
    private static bool Overlap(IReadOnlyList<string>? a, IReadOnlyList<string>? b, Func<string, string, bool> overlap) =>
        a is { Count: > 0 } && b is { Count: > 0 }
            ? a.Any(x => b.Any(y => overlap(x, y)))
            : a is not { Count: > 0 } && b is not { Count: > 0 };

    private static bool AreDisjoint(IReadOnlyList<RouteHeader> a, IReadOnlyList<RouteHeader> b) =>
        a.Any(x => b.Any(y => ValueMatch.AreDisjoint(x, y)));

    private static IReadOnlyList<RouteHeader> AsHeaders(IReadOnlyList<RouteQueryParameter>? parameters) =>
    [
        .. (parameters ?? []).Select(parameter => new RouteHeader
        {
            Name = parameter.Name,
            Values = parameter.Values,
            IsCaseSensitive = parameter.IsCaseSensitive,
            Mode = parameter.Mode switch
            {
                QueryParameterMatchMode.Exact => HeaderMatchMode.ExactHeader,
                QueryParameterMatchMode.Prefix => HeaderMatchMode.HeaderPrefix,
                QueryParameterMatchMode.Contains => HeaderMatchMode.Contains,
                QueryParameterMatchMode.NotContains => HeaderMatchMode.NotContains,
                _ => HeaderMatchMode.Exists,
            },
        }),
    ];
}
