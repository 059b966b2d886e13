using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>
/// Changes an input at random: replaces, removes, copies, inserts or truncates bytes, or inserts words with a meaning in HTTP or JSON.
/// </summary>
internal sealed class Mutator(Random random)
{
    private static readonly byte[] Bytes =
        [0, 1, 9, 10, 11, 13, 27, 32, 34, 35, 37, 44, 46, 47, 48, 58, 59, 61, 63, 64, 92, 127, 128, 192, 255];

    private static readonly string[] Words =
    [
        "\r\n", "\r\n\r\n", "\n", "\r", "\n\n", "\r\n ", "0\r\n\r\n", "0\r\n", " ", "\t", ": ", ":", ";", ",", "%2e", "%2F", "%5c", "%00",
        "..", "/../", "//", "#", "?", "chunked", "close", "keep-alive", "HTTP/1.1", "HTTP/1.0", "GET ", "HEAD ",
        "Transfer-Encoding: chunked\r\n", "Content-Length: 1\r\n", "Host: localhost\r\n", "Connection: close\r\n", "Transfer-Encoding",
        "Content-Length", "ffffffff", "-1", "+1", "0x1", "9223372036854775807", "null", "{", "\"",
    ];

    /// <summary>Applies one to four changes. The result always differs from the original.</summary>
    public byte[] Change(byte[] original)
    {
        var bytes = original.ToList();
        do
        {
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                ChangeOnce(bytes);
        }
        while (bytes.SequenceEqual(original));
        return [.. bytes];
    }

    private void ChangeOnce(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, random.Next(8) == 0 ? 200 : 8), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] = AnyByte();
                break;
            case 1 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4 when random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5 or 6:
                bytes.InsertRange(at, Encoding.Latin1.GetBytes(Words[random.Next(Words.Length)]));
                break;
            case 7 when random.Next(8) == 0:
                bytes.AddRange(Enumerable.Range(0, random.Next(200)).Select(_ => AnyByte()).ToList());
                break;
            default:
                bytes.Insert(at, AnyByte());
                break;
        }
    }

    private byte AnyByte() => random.Next(2) == 0 ? Bytes[random.Next(Bytes.Length)] : (byte)random.Next(256);
}
