using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// An independent implementation of what docs/reference/http.md guarantees for targets. It decodes the whole path before it splits it.
/// </summary>
internal static partial class TargetRules
{
    /// <returns>Why the target must be refused on every route. Null if it may be forwarded.</returns>
    public static string? ReasonToRefuse(string target)
    {
        if (target is not ['/', ..])
            return "target that is not a path";

        if (target.Contains('#') || target.Any(char.IsControl))
            return "fragment or control character";

        var path = target.Split('?')[0];
        if (BrokenEscape().IsMatch(path))
            return "broken escape";

        var decoded = Decode(path);
        if (decoded.Contains('\\') || decoded.Any(c => c is < ' ' or '\u007f'))
            return "backslash or control character, raw or escaped";

        if (Overlong().IsMatch(decoded))
            return "overlong UTF-8";

        return HasDotSegment(path) || HasDotSegment(decoded) || HasDotSegment(Decode(decoded)) ? "dot segment" : null;
    }

    private static bool HasDotSegment(string path) => path.Split('/', '\\').Any(segment => segment.Split(';')[0] is "." or "..");

    private static string Decode(string text) =>
        Escape().Replace(text, match => ((char)Convert.ToByte(match.Value[1..], 16)).ToString());

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex BrokenEscape();

    [GeneratedRegex("%[0-9A-Fa-f]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();

    /// <summary>UTF-8 sequences that are longer than necessary (RFC 3629, section 10).</summary>
    [GeneratedRegex("[\u00c0\u00c1]|\u00e0[\u0080-\u009f]|\u00f0[\u0080-\u008f]", RegexOptions.NonBacktracking)]
    private static partial Regex Overlong();
}
