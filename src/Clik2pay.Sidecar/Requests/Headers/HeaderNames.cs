using System.Buffers;
using System.Collections.Immutable;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>A set of header names that also matches similar spellings, which some servers treat as the same name.</summary>
internal sealed class HeaderNames
{
    /// <summary>The characters of a header name (RFC 9110, section 5.6.2).</summary>
    public static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// The characters that a match can begin with: the first letters of the names, and separators. Most headers begin with another
    /// character, and need no further comparison.
    /// </summary>
    private readonly SearchValues<char> beginnings;

    public HeaderNames(IEnumerable<string> names)
    {
        All = [.. names];
        beginnings = SearchValues.Create(
        [
            .. All.SelectMany(name => new[] { char.ToLowerInvariant(name[0]), char.ToUpperInvariant(name[0]) }),
            .. Enumerable.Range(0, 0x80).Select(c => (char)c).Where(c => !char.IsAsciiLetterOrDigit(c)),
        ]);
    }

    public ImmutableArray<string> All { get; }

    /// <returns>The name in the set that the header matches. Null without a match.</returns>
    public string? Find(string header)
    {
        if (!beginnings.Contains(header[0]))
            return null;

        foreach (var name in All)
        {
            if (StartsLike(header, name, out var rest) && rest.IsEmpty)
                return name;
        }

        return null;
    }

    /// <summary>
    /// Whether a header begins with a name or with a similar spelling. Some servers treat <c>x_api_key</c> as <c>x-api-key</c>, so only
    /// letters and digits are compared, ignoring case.
    /// </summary>
    /// <param name="rest">The rest of the header after the name, from its first letter or digit.</param>
    public static bool StartsLike(ReadOnlySpan<char> header, ReadOnlySpan<char> name, out ReadOnlySpan<char> rest)
    {
        rest = SkipSeparators(header);
        name = SkipSeparators(name);
        while (!name.IsEmpty && !rest.IsEmpty && char.ToLowerInvariant(rest[0]) == char.ToLowerInvariant(name[0]))
        {
            rest = SkipSeparators(rest[1..]);
            name = SkipSeparators(name[1..]);
        }

        return name.IsEmpty;
    }

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]))
            text = text[1..];

        return text;
    }
}
