using System.Buffers;
using Clik2pay.Sidecar.Requests.RequestLine;

namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>
/// A method and a path that a caller may use, for example <c>POST /open/v1/payment-requests/*/refunds</c>. The method <c>*</c> is any
/// method, and GET includes HEAD. In the path, <c>*</c> is one segment, and <c>**</c> at the end is any number of segments. Patterns allow
/// requests, so the comparison is strict: it is case-sensitive, and ignores neither slashes nor parameters.
/// </summary>
internal sealed class OperationPattern
{
    /// <summary>What to write instead of text that is not a valid pattern.</summary>
    public const string Remedy =
        "Use create, read, cancel, refund, pay, or a method and a path, for example GET /open/v1/payment-requests/*. The method is GET, "
        + "HEAD, POST, PUT, PATCH, DELETE or *. In the path, * is one segment, and ** at the end is any number of segments. The path "
        + "begins with a slash, and has no query, no escape, and no empty or dot segment.";

    private const string Any = "*";
    private const string AnyNumber = "**";

    /// <summary>
    /// The characters of a segment (RFC 3986, section 3.3), except for escapes, semicolons, which begin parameters, and asterisks.
    /// </summary>
    private static readonly SearchValues<char> SegmentCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()+,=:@");

    private readonly string method;
    private readonly string[] segments;
    private readonly bool includesBelow;

    private OperationPattern(string method, ReadOnlySpan<string> segments)
    {
        this.method = method;
        includesBelow = segments is [.., AnyNumber];
        this.segments = (includesBelow ? segments[..^1] : segments).ToArray();
    }

    /// <param name="text">The name of a known operation, or a method, one space and a path.</param>
    /// <returns>Null if the text is not valid. <see cref="Remedy"/> describes valid texts.</returns>
    public static OperationPattern? TryParse(string text) => KnownOperations.Find(text) ?? TryParseMethodAndPath(text);

    /// <inheritdoc cref="TryParse"/>
    public static OperationPattern? TryParseMethodAndPath(string text)
    {
        if (text.Split(' ') is not [var method, ['/', .. var path]] || !(method == Any || ForwardedMethods.Contains(method)))
            return null;

        var parts = path.Split('/');
        var inner = parts is [.. var start, AnyNumber] ? start : parts;
        return Array.TrueForAll(inner, IsValidSegment) ? new(method, parts) : null;
    }

    /// <param name="requestMethod">The method of a request, in capital letters.</param>
    /// <param name="path">A path without a query.</param>
    public bool Matches(string requestMethod, ReadOnlySpan<char> path)
    {
        if (!MatchesMethod(requestMethod) || path is not ['/', ..])
            return false;

        foreach (var expected in segments)
        {
            if (path.IsEmpty)
                return false;

            // The path begins with a slash here. The rest of it is empty, or begins with the next slash.
            path = path[1..];
            var end = path.IndexOf('/');
            var segment = end < 0 ? path : path[..end];
            path = end < 0 ? default : path[end..];
            if (!MatchesSegment(expected, segment))
                return false;
        }

        return path.IsEmpty || includesBelow;
    }

    /// <summary>The method and the path as in a setting.</summary>
    public override string ToString() => $"{method} /{string.Join('/', includesBelow ? [.. segments, AnyNumber] : segments)}";

    private static bool IsValidSegment(string segment) =>
        segment == Any || (segment is not ("" or "." or "..") && !segment.AsSpan().ContainsAnyExcept(SegmentCharacters));

    private bool MatchesMethod(string requestMethod) =>
        method == Any || method == requestMethod || (method is "GET" && requestMethod is "HEAD");

    /// <summary>A server that removes the parameters of a segment would read a segment such as <c>;a</c> as empty.</summary>
    private static bool MatchesSegment(string expected, ReadOnlySpan<char> segment) =>
        expected == Any ? segment is not ([] or [';', ..]) : segment.SequenceEqual(expected);
}
