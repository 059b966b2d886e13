using System.Buffers;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>The control characters of ASCII: 0x00 to 0x1F and 0x7F.</summary>
internal static class ControlCharacters
{
    public static readonly char[] All = [.. Enumerable.Range(0, 0x20).Append(0x7f).Select(c => (char)c)];

    public static readonly SearchValues<char> Values = SearchValues.Create(All);

    /// <summary>All but the horizontal tab, which a header value may contain (RFC 9110, section 5.5).</summary>
    public static readonly SearchValues<char> InHeaderValues = SearchValues.Create([.. All.Where(c => c != '\t')]);
}
