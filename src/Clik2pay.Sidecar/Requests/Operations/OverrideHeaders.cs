using System.Collections.Immutable;
using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>
/// The headers by which some servers replace the method or the path of a request. With one of them, a request can be another operation than
/// its request line shows.
/// </summary>
internal static class OverrideHeaders
{
    private static readonly HeaderNames Names =
        new(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"]);

    public static ImmutableArray<string> All => Names.All;

    /// <returns>The name of the first such header, not the spelling of the caller. Null if the request has no such header.</returns>
    public static string? Find(IHeaderDictionary headers)
    {
        using var all = new HeaderSnapshot(headers);
        foreach (var (header, _) in all.Headers)
        {
            if (Names.Find(header) is { } name)
                return name;
        }

        return null;
    }
}
