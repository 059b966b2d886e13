namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>The bytes that a caller writes to its connection: one to four requests, some of them malformed.</summary>
/// <param name="Id">The number of the script, which is also its seed. Every request carries it in its marker.</param>
/// <param name="Bytes">All requests, one after the other.</param>
/// <param name="Writes">The ends of the single writes.</param>
/// <param name="Count">The number of generated requests.</param>
/// <param name="IsClean">Whether every request is valid, so that all must be forwarded.</param>
/// <param name="IsGrammatical">Whether no bytes were changed, so that the caller's credentials are only where credentials are.</param>
/// <param name="Ending">What happens after the last write.</param>
internal sealed record RequestScript(int Id, byte[] Bytes, IReadOnlyList<int> Writes, int Count, bool IsClean, bool IsGrammatical, CallerEnding Ending)
{
    /// <summary>A part of every credential of the generated callers. None of them may arrive.</summary>
    public const string CallerSecret = "callers-own-secret";

    /// <returns>The script whose marker the text has; null without a marker.</returns>
    public static int? FindId(string text)
    {
        for (var at = text.IndexOf("fz-", StringComparison.Ordinal); at >= 0; at = text.IndexOf("fz-", at + 1, StringComparison.Ordinal))
        {
            if (text.Length >= at + 12 && text[at + 11] == '-'
                && int.TryParse(text.AsSpan(at + 3, 8), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var id))
            {
                return id;
            }
        }

        return null;
    }
}
