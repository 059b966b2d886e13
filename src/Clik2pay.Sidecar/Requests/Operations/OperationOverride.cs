using System.Buffers;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.RequestLine;

namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>
/// Finds the headers and the query parameter by which some servers replace the method or the path of a request. With one of them, a request
/// can be another operation than its request line shows. Allocates no memory unless the query contains a percent sign.
/// </summary>
internal static class OperationOverride
{
    /// <summary>docs/reference/callers.md lists the same names.</summary>
    public static readonly HeaderNames Headers = new(
    [
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-HTTP-Verb", "X-Method", "X-Method-Override", "X-Override-Method",
        "X-Original-Method", "X-Original-URL", "X-Original-URI", "X-Original-Path", "X-Rewrite-URL", "X-Forwarded-Method",
        "X-Forwarded-Uri", "X-Forwarded-Path", "X-Forwarded-Prefix", "Method-Override",
    ]);

    /// <summary>
    /// The letters of the query parameter <c>_method</c> of PHP and Ruby frameworks. PHP also reads <c>.method</c> as this name.
    /// </summary>
    private const string Letters = "method";

    /// <summary>Servers separate parameters by an ampersand, some by a semicolon. PHP ends a name at a null character.</summary>
    private static readonly SearchValues<char> Separators = SearchValues.Create("&;?\0");

    /// <param name="headers">The headers of the request.</param>
    /// <param name="target">The target of the request as the caller wrote it, with its query.</param>
    public static bool IsIn(IHeaderDictionary headers, ReadOnlySpan<char> target) => HasHeader(headers) || HasParameter(target);

    private static bool HasHeader(IHeaderDictionary headers)
    {
        using var all = new HeaderSnapshot(headers);
        foreach (var (header, _) in all.Headers)
        {
            if (Headers.Find(header) is not null)
                return true;
        }

        return false;
    }

    private static bool HasParameter(ReadOnlySpan<char> target)
    {
        var query = target[RequestTarget.GetPath(target).Length..];
        return Contains(query) || (query.Contains('%') && RequestTarget.GetDecodings(query).Any(decoded => Contains(decoded)));
    }

    private static bool Contains(ReadOnlySpan<char> query)
    {
        foreach (var range in query.SplitAny(Separators))
        {
            var parameter = query[range];
            var end = parameter.IndexOf('=');
            var name = end < 0 ? parameter : parameter[..end];

            // A parameter with the name "method" is usual, so the name must begin with another character.
            if (name is [var first, ..] && !char.IsAsciiLetterOrDigit(first)
                && HeaderNames.StartsLike(name, Letters, out var rest) && rest.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
