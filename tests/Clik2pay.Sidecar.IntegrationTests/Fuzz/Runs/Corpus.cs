using System.Globalization;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>
/// Reads the saved inputs in <c>Fuzz/Corpus</c>. Each line is an input with the escapes <c>\r</c>, <c>\n</c>, <c>\t</c>, <c>\\</c> and
/// <c>\xHH</c>. Lines that begin with <c>// </c> are comments.
/// </summary>
internal static class Corpus
{
    public static IReadOnlyList<byte[]> Read(string name) =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus", $"{name}.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("// ", StringComparison.Ordinal))
            .Select(Unescape),
    ];

    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            _ = b switch
            {
                (byte)'\r' => text.Append("\\r"),
                (byte)'\n' => text.Append("\\n"),
                (byte)'\t' => text.Append("\\t"),
                (byte)'\\' => text.Append("\\\\"),
                < 0x20 or >= 0x7f => text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
                _ => text.Append((char)b),
            };
        }

        return text.ToString();
    }

    private static byte[] Unescape(string line)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                bytes.Add(checked((byte)line[i]));
                continue;
            }

            switch (line[++i])
            {
                case 'r': bytes.Add((byte)'\r'); break;
                case 'n': bytes.Add((byte)'\n'); break;
                case 't': bytes.Add((byte)'\t'); break;
                case '\\': bytes.Add((byte)'\\'); break;
                case 'x':
                    bytes.Add(byte.Parse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                default: throw new FormatException($"'\\{line[i]}' isn't a valid escape in the corpus line: {line}");
            }
        }

        return [.. bytes];
    }
}
