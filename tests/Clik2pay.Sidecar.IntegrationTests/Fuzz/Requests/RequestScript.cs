using System.Globalization;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>The bytes that a caller sends on its connection: one to four requests, some of them malformed.</summary>
/// <param name="Id">The number of the script, which is also its seed. Every request carries it in its marker.</param>
/// <param name="Bytes">All requests.</param>
/// <param name="Writes">The end positions of the single writes.</param>
/// <param name="Count">The number of generated requests.</param>
/// <param name="IsClean">Whether every request is valid, so that all must be forwarded.</param>
/// <param name="IsGrammatical">Whether no bytes were changed, so that only credential headers contain the caller's secret.</param>
/// <param name="Ending">What the caller does after the last write.</param>
internal sealed record RequestScript(
    int Id, byte[] Bytes, IReadOnlyList<int> Writes, int Count, bool IsClean, bool IsGrammatical, CallerEnding Ending)
{
    /// <summary>A part of every credential of the callers. It must not be forwarded.</summary>
    public const string CallerSecret = "callers-own-secret";

    /// <param name="bytes">A line of the corpus.</param>
    /// <param name="index">The index of the line. The script's id is negative, unlike the ids of generated scripts.</param>
    public static RequestScript OfCorpus(byte[] bytes, int index) =>
        new(-1 - index, bytes, [bytes.Length], Count: 1, IsClean: false, IsGrammatical: false, CallerEnding.Keep);

    /// <returns>The id in the request's marker. Null if the marker was changed.</returns>
    public static int? FindId(StrictMessage request) => FindId(request.Target) ?? request["X-Marker"].Select(FindId).FirstOrDefault();

    private static int? FindId(string text)
    {
        for (var at = text.IndexOf("fz-", StringComparison.Ordinal); at >= 0; at = text.IndexOf("fz-", at + 1, StringComparison.Ordinal))
        {
            if (text.Length >= at + 12 && text[at + 11] == '-'
                && int.TryParse(text.AsSpan(at + 3, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id))
            {
                return id;
            }
        }

        return null;
    }
}
