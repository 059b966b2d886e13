using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>Compares what two routes require of a header, or of a query parameter that is described as a header.</summary>
internal static class ValueMatch
{
    /// <summary>Whether no request can satisfy both requirements.</summary>
    public static bool AreDisjoint(RouteHeader a, RouteHeader b) =>
        string.Equals(a.Name, b.Name, StringComparison.OrdinalIgnoreCase) && (Excludes(a, b) || Excludes(b, a));

    /// <summary>Whether every value that satisfies the first requirement fails the second.</summary>
    private static bool Excludes(RouteHeader a, RouteHeader b)
    {
        var comparison = a.IsCaseSensitive && b.IsCaseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return (a.Mode, b.Mode) switch
        {
            (HeaderMatchMode.NotExists, HeaderMatchMode.NotExists or HeaderMatchMode.NotContains) => false,
            (HeaderMatchMode.NotExists, _) => true,
            (HeaderMatchMode.ExactHeader, HeaderMatchMode.ExactHeader) => NoneOf((value, other) => value.Equals(other, comparison)),
            (HeaderMatchMode.ExactHeader, HeaderMatchMode.HeaderPrefix) => NoneOf((value, other) => value.StartsWith(other, comparison)),
            (HeaderMatchMode.ExactHeader, HeaderMatchMode.Contains) => NoneOf((value, other) => value.Contains(other, comparison)),
            (HeaderMatchMode.HeaderPrefix, HeaderMatchMode.HeaderPrefix) =>
                NoneOf((value, other) => value.StartsWith(other, comparison) || other.StartsWith(value, comparison)),

            // If a text contains a value, it also contains every part of that value.
            (HeaderMatchMode.ExactHeader or HeaderMatchMode.HeaderPrefix or HeaderMatchMode.Contains, HeaderMatchMode.NotContains) =>
                (a.IsCaseSensitive || !b.IsCaseSensitive)
                && (a.Values ?? []).All(value => (b.Values ?? []).Any(other => value.Contains(other, comparison))),
            _ => false,
        };

        bool NoneOf(Func<string, string, bool> matches) =>
            !(a.Values ?? []).Any(value => (b.Values ?? []).Any(other => matches(value, other)));
    }
}
