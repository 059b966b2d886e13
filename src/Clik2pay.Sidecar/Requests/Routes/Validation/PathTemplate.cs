using Microsoft.AspNetCore.Routing.Patterns;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>Compares the paths of routes.</summary>
internal static class PathTemplate
{
    /// <summary>A route without a path matches every path.</summary>
    private const string Everything = "/{**catchall}";

    /// <summary>Whether two paths are the same, apart from the names of parameters and from an optional last parameter.</summary>
    public static bool AreEquivalent(string? a, string? b) =>
        TryParse(a) is { } x && TryParse(b) is { } y
        && x.InboundPrecedence == y.InboundPrecedence
        && x.PathSegments.Count == y.PathSegments.Count
        && x.PathSegments.Zip(y.PathSegments).All(pair => AreEquivalent(pair.First, pair.Second));

    /// <returns>Null for an invalid path, which YARP's validation reports.</returns>
    public static RoutePattern? TryParse(string? path)
    {
        try
        {
            return RoutePatternFactory.Parse(string.IsNullOrEmpty(path) ? Everything : path);
        }
        catch (RoutePatternException)
        {
            return null;
        }
    }

    private static bool AreEquivalent(RoutePatternPathSegment a, RoutePatternPathSegment b) =>
        a.Parts.Count == b.Parts.Count && a.Parts.Zip(b.Parts).All(pair => AreEquivalent(pair.First, pair.Second));

    private static bool AreEquivalent(RoutePatternPart a, RoutePatternPart b) => (a, b) switch
    {
        (RoutePatternLiteralPart x, RoutePatternLiteralPart y) =>
            string.Equals(x.Content, y.Content, StringComparison.OrdinalIgnoreCase),
        (RoutePatternSeparatorPart x, RoutePatternSeparatorPart y) => string.Equals(x.Content, y.Content, StringComparison.Ordinal),
        (RoutePatternParameterPart x, RoutePatternParameterPart y) =>
            x.IsCatchAll == y.IsCatchAll && Constraints(x).SetEquals(Constraints(y)),
        _ => false,
    };

    private static HashSet<string> Constraints(RoutePatternParameterPart parameter) =>
        parameter.ParameterPolicies.Select(policy => Normalize(policy.Content ?? "")).ToHashSet(StringComparer.Ordinal);

    /// <summary>The name of a constraint is case-insensitive. Its argument, a regular expression for example, is not.</summary>
    private static string Normalize(string constraint)
    {
        var name = constraint.Split('(')[0];
        return name.ToLowerInvariant() + constraint[name.Length..];
    }
}
