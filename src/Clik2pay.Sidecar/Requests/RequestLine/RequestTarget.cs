using System.Buffers;
using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.RequestLine;

/// <summary>
/// Reads the target of a request. The target is forwarded byte for byte, and servers differ in how often they percent-decode it. So the
/// target must be harmless as written and after one or two decodings (RFC 9110, section 4.2.3; RFC 3986, sections 2.4 and 6).
/// </summary>
/// <remarks>Each character of a path is one byte. The server refuses a target that is not ASCII.</remarks>
internal static class RequestTarget
{
    /// <summary>Another server may end the line or the target at these characters (RFC 9112, section 3.2).</summary>
    private static readonly SearchValues<char> NeverAllowed = SearchValues.Create([.. ControlCharacters.All, ' ', '#']);

    /// <summary>Some servers treat a backslash as a slash.</summary>
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\");

    /// <summary>A server that decodes a path before splitting it ends a segment or the path at these characters.</summary>
    private static readonly SearchValues<char> Ends = SearchValues.Create("/\\?#");

    public static ReadOnlySpan<char> GetPath(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    /// <summary>
    /// Whether servers could interpret the target differently. A target with a control character, a space or a fragment is ambiguous. A
    /// path is ambiguous if it contains a broken escape or a backslash, or if a decoding of the path contains a dot segment, a control
    /// character or overlong UTF-8.
    /// </summary>
    /// <param name="target">The request target, in origin form.</param>
    public static bool IsAmbiguous(ReadOnlySpan<char> target)
    {
        if (target.ContainsAny(NeverAllowed))
            return true;

        var path = GetPath(target);
        if (path.Contains('\\') || HasDotSegment(path))
            return true;

        if (!path.Contains('%'))
            return false;

        var once = Decode(path, out var hasBrokenEscape);
        if (hasBrokenEscape || once.Contains('\\', StringComparison.Ordinal))
            return true;

        // After the first decoding, a percent sign may be literal, so a broken escape is allowed.
        var twice = Decode(once, out _);
        return IsHarmful(once) || IsHarmful(twice);
    }

    /// <summary>Whether a segment, after one or two decodings, contains a character that ends a segment or the path.</summary>
    public static bool HasEncodedEnd(ReadOnlySpan<char> segment)
    {
        var once = Decode(segment, out _);
        return once.AsSpan().ContainsAny(Ends) || Decode(once, out _).AsSpan().ContainsAny(Ends);
    }

    /// <summary>The segment as written. Only escapes of bytes that a target cannot contain directly are decoded.</summary>
    public static string GetWritten(ReadOnlySpan<char> segment) => ToText(Decode(segment, out _, static value => value is ' ' or > '~'));

    /// <summary>The path after one and after two decodings, as different servers match it.</summary>
    public static string[] GetDecodings(ReadOnlySpan<char> path)
    {
        var once = Decode(path, out _);
        return [ToText(once), ToText(Decode(once, out _)).Replace('\\', '/')];
    }

    /// <summary>
    /// The paths that a server could read instead of the written one: after one and after two decodings, with backslashes as slashes, as a
    /// whole and cut at a question mark or a number sign.
    /// </summary>
    /// <returns>The readings. Each character is one byte.</returns>
    public static IReadOnlyList<string> GetReadings(ReadOnlySpan<char> path)
    {
        var readings = new List<string>();
        AddReadings(readings, path);
        foreach (var once in readings.ToArray())
            AddReadings(readings, once);
        return readings;
    }

    private static void AddReadings(List<string> readings, ReadOnlySpan<char> path)
    {
        var decoded = Decode(path, out _).Replace('\\', '/');
        readings.Add(decoded);
        foreach (var end in "?#")
        {
            if (decoded.IndexOf(end, StringComparison.Ordinal) is >= 0 and var length)
                readings.Add(decoded[..length]);
        }
    }

    private static string ToText(string decoded) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(decoded));

    private static bool IsHarmful(ReadOnlySpan<char> decoded) =>
        decoded.ContainsAny(ControlCharacters.Values) || HasDotSegment(decoded) || HasOverlongUtf8(decoded);

    /// <summary>Some servers cut off a segment's parameters before they look for dots, so <c>..;a</c> is a dot segment too.</summary>
    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.SplitAny(Separators))
        {
            var segment = path[range];
            var parameters = segment.IndexOf(';');
            if ((parameters < 0 ? segment : segment[..parameters]) is "." or "..")
                return true;
        }

        return false;
    }

    /// <summary>Lenient servers decode <c>%c0%ae</c> and <c>%e0%80%ae</c> to a dot. UTF-8 forbids both (RFC 3629, section 10).</summary>
    private static bool HasOverlongUtf8(ReadOnlySpan<char> decoded)
    {
        for (var i = 0; i < decoded.Length; i++)
        {
            var isOverlong = decoded[i] switch
            {
                '\xc0' or '\xc1' => true,
                '\xe0' => IsContinuationBelow(decoded, i + 1, '\xa0'),
                '\xf0' => IsContinuationBelow(decoded, i + 1, '\x90'),
                '\xf8' => IsContinuationBelow(decoded, i + 1, '\x88'),
                '\xfc' => IsContinuationBelow(decoded, i + 1, '\x84'),
                _ => false,
            };
            if (isOverlong)
                return true;
        }

        return false;
    }

    private static bool IsContinuationBelow(ReadOnlySpan<char> decoded, int index, char limit) =>
        index < decoded.Length && decoded[index] >= '\x80' && decoded[index] < limit;

    /// <summary>Decodes all escapes, or those of selected bytes. A broken escape stays as it is.</summary>
    private static string Decode(ReadOnlySpan<char> text, out bool hasBrokenEscape, Predicate<char>? shouldDecode = null)
    {
        hasBrokenEscape = false;
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && GetByte(text[i..]) is { } value)
            {
                if (shouldDecode?.Invoke(value) == false)
                {
                    decoded.Append('%');
                    continue;
                }

                decoded.Append(value);
                i += 2;
                continue;
            }

            hasBrokenEscape |= text[i] == '%';
            decoded.Append(text[i]);
        }

        return decoded.ToString();
    }

    /// <returns>The byte of the escape that the text begins with; null if the text begins with no valid escape.</returns>
    private static char? GetByte(ReadOnlySpan<char> text) =>
        text is ['%', _, _, ..]
        && byte.TryParse(text.Slice(1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? (char)value
            : null;
}
