using System.Text;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// How the bytes of headers become text and bytes again: one character a byte (Latin-1), both ways and to both sides, so that they arrive as
/// they were sent whatever they mean (RFC 9110, section 5.5, "opaque data").
/// </summary>
internal static class HeaderEncodings
{
    private static readonly Encoding Connection = new ConnectionEncoding();

    private static readonly Encoding ContentLength = new ContentLengthEncoding();

    public static Encoding ForRequest(string header) => header switch
    {
        "Connection" => Connection,
        "Content-Length" => ContentLength,
        _ => Encoding.Latin1,
    };

    /// <summary>The server reads headers with it and writes none.</summary>
    private abstract class ReadingEncoding : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => throw new NotSupportedException();

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => throw new NotSupportedException();

        public override int GetMaxByteCount(int charCount) => throw new NotSupportedException();
    }

    /// <summary>The server would take <c>+5</c> and <c>-0</c> for numbers. A length has digits only (RFC 9110, section 8.6).</summary>
    private sealed class ContentLengthEncoding : ReadingEncoding
    {
        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        /// <exception cref="InvalidOperationException">It is no length; for the server this means an invalid header.</exception>
        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            byteCount is > 0 and <= 19 && bytes.AsSpan(byteIndex, byteCount).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
                ? Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex)
                : throw new InvalidOperationException("The Content-Length is not a number.");

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }

    /// <summary>
    /// The server replaces a Connection header by one word as soon as it finds <c>close</c> or <c>keep-alive</c> in it, and with the others the
    /// headers would be forgotten that they nominate (RFC 9110, section 7.6.1). It does not when it finds both. So both are put behind a value
    /// that nominates something; close wins, and such a connection ends after its answer.
    /// </summary>
    private sealed class ConnectionEncoding : ReadingEncoding
    {
        private const string Both = ", close, keep-alive";

        public override int GetCharCount(byte[] bytes, int index, int count) => Nominates(bytes.AsSpan(index, count)) ? count + Both.Length : count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
        {
            Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);
            if (!Nominates(bytes.AsSpan(byteIndex, byteCount)))
                return byteCount;

            Both.CopyTo(chars.AsSpan(charIndex + byteCount));
            return byteCount + Both.Length;
        }

        public override int GetMaxCharCount(int byteCount) => byteCount + Both.Length;

        private static bool Nominates(ReadOnlySpan<byte> value)
        {
            foreach (var range in value.Split((byte)','))
            {
                var option = value[range].Trim(" \t"u8);
                if (!option.IsEmpty && !IsHandled(option))
                    return true;
            }

            return false;
        }

        /// <summary>Upgrade and its settings never go upstream; a connection of Java's client, which offers them, lives on.</summary>
        private static bool IsHandled(ReadOnlySpan<byte> option) =>
            Ascii.EqualsIgnoreCase(option, "keep-alive"u8) || Ascii.EqualsIgnoreCase(option, "close"u8)
            || Ascii.EqualsIgnoreCase(option, "upgrade"u8) || Ascii.EqualsIgnoreCase(option, "HTTP2-Settings"u8);
    }
}
