using System.Text;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// Decodes the headers of requests as Latin-1, one character for each byte, so that their bytes are forwarded unchanged (RFC 9110,
/// section 5.5).
/// </summary>
/// <remarks>
/// Two headers are also validated or changed here, because the server discards a part of them before any middleware runs:
/// - Kestrel parses Content-Length as a number, and its header dictionary then formats that number, so <c>+5</c> becomes <c>5</c>
///   (AppendContentLength in
///   https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpRequestHeaders.cs).
/// - Kestrel replaces a Connection header that contains <c>close</c> or <c>keep-alive</c> with that one option, and drops the others
///   (ParseConnection in https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpHeaders.cs).
/// Only this encoding and connection middleware receive the bytes of these headers earlier. Connection middleware would have to parse every
/// request a second time.
/// </remarks>
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

    /// <summary>The server only decodes request headers.</summary>
    private abstract class DecodingOnly : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => throw new NotSupportedException();

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            throw new NotSupportedException();

        public override int GetMaxByteCount(int charCount) => throw new NotSupportedException();
    }

    /// <summary>Accepts digits only (RFC 9110, section 8.6). The server would accept <c>+5</c> and <c>-0</c>.</summary>
    private sealed class ContentLengthEncoding : DecodingOnly
    {
        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        /// <exception cref="InvalidOperationException">
        /// The length is invalid. The server treats this exception as an invalid header.
        /// </exception>
        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            byteCount is > 0 and <= 19 && bytes.AsSpan(byteIndex, byteCount).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
                ? Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex)
                : throw new InvalidOperationException("The Content-Length is invalid.");

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }

    /// <summary>
    /// Keeps a Connection header that nominates other headers, which must not be forwarded (RFC 9110, section 7.6.1). The server does not
    /// replace a header that contains both close and keep-alive, so both are appended. The connection then closes after the response,
    /// because close takes precedence.
    /// </summary>
    private sealed class ConnectionEncoding : DecodingOnly
    {
        private const string Both = ", close, keep-alive";

        public override int GetCharCount(byte[] bytes, int index, int count) =>
            Nominates(bytes.AsSpan(index, count)) ? count + Both.Length : count;

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

        /// <summary>
        /// Upgrade and HTTP2-Settings are never forwarded. Java's HTTP client nominates both in its first request. The client's connection
        /// should stay open.
        /// </summary>
        private static bool IsHandled(ReadOnlySpan<byte> option) =>
            Ascii.EqualsIgnoreCase(option, "keep-alive"u8) || Ascii.EqualsIgnoreCase(option, "close"u8)
            || Ascii.EqualsIgnoreCase(option, "upgrade"u8) || Ascii.EqualsIgnoreCase(option, "HTTP2-Settings"u8);
    }
}
