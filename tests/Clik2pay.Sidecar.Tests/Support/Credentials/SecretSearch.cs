using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>
/// Searches the output of the program for secrets and for encoded secrets. Each secret is encoded in several ways, and each text is
/// decoded in several ways. The result names secrets and does not quote them.
/// </summary>
internal sealed partial class SecretSearch
{
    /// <summary>A shorter secret could be in a text by chance.</summary>
    public const int ShortestSecret = 20;

    private const int ShortestPart = 12;

    /// <summary>
    /// The text is decoded, because encoders differ in the characters that they escape, and in the case of the escapes.
    /// </summary>
    private static readonly (string Name, Func<string, string> Read)[] Readings =
    [
        ("", text => text),
        ("percent-encoded", Unescape),
        ("form-encoded", text => Unescape(text.Replace('+', ' '))),
        ("JSON-escaped", UnescapeJson),
        ("percent-encoded in JSON", text => Unescape(UnescapeJson(text))),
        ("JSON-escaped twice", text => UnescapeJson(UnescapeJson(text))),
    ];

    private readonly List<(string Secret, string Form, string Text)> needles = [];

    public SecretSearch(IEnumerable<(string Name, string Value)> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            if (value.Length < ShortestSecret)
                throw new ArgumentException($"{name} is too short to be searched for", nameof(secrets));

            var forms = FormsOf(value).DistinctBy(form => form.Text, StringComparer.Ordinal).ToList();
            needles.AddRange(forms.Select(form => (name, form.Name, form.Text)));
            Secrets++;
        }

        Forms = needles.Select(needle => needle.Form).Distinct(StringComparer.Ordinal).Count() * Readings.Length;
    }

    public int Secrets { get; private set; }

    /// <summary>The encodings of a secret, multiplied by the decodings of a text.</summary>
    public int Forms { get; }

    /// <returns>A line for each secret and form that the text contains.</returns>
    public IReadOnlyList<string> Find(string text)
    {
        List<string>? found = null;
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (reading, readAs) in Readings)
        {
            if (readAs(text) is not { Length: >= ShortestPart } haystack || !read.Add(haystack))
                continue;

            foreach (var (secret, form, needle) in needles)
            {
                if (haystack.Contains(needle, StringComparison.OrdinalIgnoreCase))
                    (found ??= []).Add(reading.Length == 0 ? $"{secret}: {form}" : $"{secret}: {form}, {reading}");
            }
        }

        return found ?? [];
    }

    /// <summary>Searches bytes, which may be binary.</summary>
    public IReadOnlyList<string> Find(ReadOnlySpan<byte> bytes) => Find(Encoding.Latin1.GetString(bytes));

    private static IEnumerable<(string Name, string Text)> FormsOf(string secret)
    {
        yield return ("raw", secret);

        var part = AlphanumericRun().Matches(secret).Select(match => match.Value).MaxBy(run => run.Length) ?? "";
        if (part.Length >= ShortestPart)
            yield return ("part", part);

        foreach (var (suffix, bytes) in new[] { ("", Encoding.UTF8.GetBytes(secret)), (" of Latin-1", Encoding.Latin1.GetBytes(secret)) })
        {
            // Each byte as a character.
            yield return ($"bytes{suffix}", Encoding.Latin1.GetString(bytes));
            yield return ($"hex{suffix}", Convert.ToHexString(bytes));
            for (var offset = 0; offset < 3; offset++)
            {
                var middle = Base64Middle(bytes, offset);
                yield return ($"base64 at {offset}{suffix}", middle);
                yield return ($"base64url at {offset}{suffix}", middle.Replace('+', '-').Replace('/', '_'));
            }
        }
    }

    /// <returns>The secret in base64 after a number of other bytes, without the characters that depend on its neighbors.</returns>
    private static string Base64Middle(byte[] secret, int offset)
    {
        var encoded = Convert.ToBase64String([.. new byte[offset], .. secret]);
        var first = ((offset * 8) + 5) / 6;
        var end = (offset + secret.Length) * 8 / 6;
        return encoded[first..end];
    }

    private static string Unescape(string text) => !text.Contains('%') ? text
        : PercentEscape().Replace(text, match =>
            ((char)byte.Parse(match.ValueSpan[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());

    private static string UnescapeJson(string text) => !text.Contains('\\') ? text
        : JsonEscape().Replace(text, match => match.ValueSpan[1] is 'u' or 'U' && match.Length == 6
            ? ((char)ushort.Parse(match.ValueSpan[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()
            : match.Value[1..]);

    [GeneratedRegex("[A-Za-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex AlphanumericRun();

    [GeneratedRegex("%[0-9A-Fa-f]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex PercentEscape();

    [GeneratedRegex("""\\([uU][0-9A-Fa-f]{4}|["'\\/])""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex JsonEscape();
}
