using System.Globalization;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Judges the target of a request as it came. It goes upstream byte for byte, so it must mean one thing only, whichever server reads it
/// (RFC 9110, section 4.2.3; RFC 3986, section 6).
/// </summary>
internal static class RequestTarget
{
    /// <summary>Dot segments (also encoded, also with parameters), backslashes, control characters, broken escapes, a fragment.</summary>
    /// <param name="target">The request target, in origin form.</param>
    public static bool IsAmbiguous(ReadOnlySpan<char> target)
    {
        if (target.Contains('#'))
            return true;

        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];

        // What a segment's name has been so far: only dots, and how many; anything else makes it harmless.
        var dots = 0;
        var isName = false;
        var isParameter = false;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%' && !TryDecode(path, ref i, out c))
                return true;

            switch (c)
            {
                case '\\' or < ' ' or '\x7f':
                    return true;

                case '/':
                    if (IsDotSegment(dots, isName))
                        return true;
                    (dots, isName, isParameter) = (0, false, false);
                    break;

                // Some servers cut a segment's parameters off before they look at its dots.
                case ';':
                    isParameter = true;
                    break;

                case '.' when !isParameter:
                    dots++;
                    break;

                default:
                    isName |= !isParameter;
                    break;
            }
        }

        return IsDotSegment(dots, isName);
    }

    private static bool IsDotSegment(int dots, bool isName) => !isName && dots is 1 or 2;

    /// <summary>
    /// Longer forms of a byte than it needs are refused, which no UTF-8 text contains: lenient servers take <c>%c0%ae</c> and <c>%e0%80%ae</c> for a
    /// dot (RFC 3629, section 10).
    /// </summary>
    private static bool TryDecode(ReadOnlySpan<char> path, ref int i, out char c)
    {
        c = default;
        if (GetByte(path[i..]) is not { } value)
            return false;

        c = (char)value;
        i += 2;
        return value switch
        {
            0xc0 or 0xc1 => false,
            0xe0 => GetByte(path[(i + 1)..]) is not < 0xa0,
            0xf0 => GetByte(path[(i + 1)..]) is not < 0x90,
            _ => true,
        };
    }

    /// <returns>The byte of the escape that the text begins with; null when it begins with none.</returns>
    private static byte? GetByte(ReadOnlySpan<char> text) =>
        text is ['%', _, _, ..] && byte.TryParse(text.Slice(1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
