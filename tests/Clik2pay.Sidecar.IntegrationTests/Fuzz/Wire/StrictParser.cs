using System.Buffers;
using System.Globalization;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>
/// Parses HTTP/1.1 (RFC 9112) strictly. Of the deviations that the RFC permits, it accepts only line ends before a request and several
/// spaces before the HTTP version (sections 2.2 and 3). The parser shares no code with the sidecar, its server or its HTTP client.
/// </summary>
internal static class StrictParser
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> ControlBytes =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7f).Where(b => b != '\t').Select(b => (byte)b)]);

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    public static StrictParse ParseRequest(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (start < bytes.Length && bytes[start] is (byte)'\r' or (byte)'\n')
            start++;

        if (ReadHead(bytes, start, out var end, out var message) is { } failure)
            return failure;

        var parts = message!.StartLine.Split(' ');
        if (parts.Length > 3)
            parts = [.. parts[..2], .. parts[2..^1].Where(part => part.Length > 0), parts[^1]];
        if (parts is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"]
            || Encoding.Latin1.GetBytes(method).AsSpan().ContainsAnyExcept(TokenBytes)
            || target.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return StrictParse.Invalid("request line");
        }

        if (message["Host"].Count() != 1)
            return StrictParse.Invalid("Host");

        return message["Transfer-Encoding"].Any() || message["Content-Length"].Any()
            ? ReadBody(bytes, end, message, isAllowedChunked: parts[2] is "HTTP/1.1")
            : StrictParse.Complete(message, end);
    }

    /// <param name="bytes">The stream from the beginning of the response.</param>
    /// <param name="isToHead">Whether the request was a HEAD.</param>
    /// <param name="hasEnded">Whether the connection was closed after these bytes.</param>
    public static StrictParse ParseResponse(ReadOnlySpan<byte> bytes, bool isToHead, bool hasEnded)
    {
        if (ReadHead(bytes, 0, out var end, out var message) is { } failure)
            return failure;

        var line = message!.StartLine;
        if (!(line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || line.StartsWith("HTTP/1.0 ", StringComparison.Ordinal))
            || line.Length < 13 || line[12] != ' ' || line[9] is < '1' or > '9'
            || !char.IsAsciiDigit(line[10]) || !char.IsAsciiDigit(line[11]))
        {
            return StrictParse.Invalid("status line");
        }

        if (message["Transfer-Encoding"].Any() && message["Content-Length"].Any())
            return StrictParse.Invalid("two lengths");

        if (isToHead || message.Status is < 200 or 204 or 304)
            return StrictParse.Complete(message, end);

        if (message["Transfer-Encoding"].Any() || message["Content-Length"].Any())
            return ReadBody(bytes, end, message, isAllowedChunked: line[7] == '1');

        message = message with { Body = bytes[end..].ToArray() };
        return hasEnded ? StrictParse.Complete(message, bytes.Length) : StrictParse.Partial(message);
    }

    /// <returns>Null if the head is complete and valid.</returns>
    private static StrictParse? ReadHead(ReadOnlySpan<byte> bytes, int start, out int end, out StrictMessage? message)
    {
        message = null;
        end = start + bytes[start..].IndexOf("\r\n\r\n"u8) + 4;
        if (end < start + 4)
            return StrictParse.Incomplete;

        var line = bytes[start..].IndexOf(LineEnd);
        var startLine = bytes.Slice(start, line);
        if (startLine.ContainsAny(ControlBytes))
            return StrictParse.Invalid("control character in the start line");

        var position = start + line + LineEnd.Length;
        if (ReadFields(bytes[..end], ref position, out var headers) is { } failure)
            return failure;

        message = new(Encoding.Latin1.GetString(startLine), headers);
        return null;
    }

    /// <returns>Null if the fields and the empty line after them are complete and valid.</returns>
    private static StrictParse? ReadFields(ReadOnlySpan<byte> bytes, ref int position, out List<(string Name, string Value)> fields)
    {
        fields = [];
        while (true)
        {
            var length = bytes[position..].IndexOf(LineEnd);
            if (length < 0)
                return StrictParse.Incomplete;

            var line = bytes.Slice(position, length);
            position += length + LineEnd.Length;
            if (line.IsEmpty)
                return null;

            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes))
                return StrictParse.Invalid("field name");

            if (line[colon..].ContainsAny(ControlBytes))
                return StrictParse.Invalid("control character in a field value");

            fields.Add((Encoding.Latin1.GetString(line[..colon]), Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8))));
        }
    }

    private static StrictParse ReadBody(ReadOnlySpan<byte> bytes, int position, StrictMessage message, bool isAllowedChunked)
    {
        var lengths = message["Content-Length"].ToList();
        var codings = message["Transfer-Encoding"].ToList();
        if (codings.Count > 0)
        {
            return isAllowedChunked && lengths.Count == 0
                && codings is [var coding] && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? ReadChunks(bytes, position, message)
                : StrictParse.Invalid("Transfer-Encoding");
        }

        if (lengths is not [{ Length: > 0 and < 20 } text]
            || text.AsSpan().ContainsAnyExceptInRange('0', '9')
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return StrictParse.Invalid("Content-Length");
        }

        var present = bytes[position..];
        return present.Length < length
            ? StrictParse.Partial(message with { Body = present.ToArray() })
            : StrictParse.Complete(message with { Body = present[..(int)length].ToArray() }, position + (int)length);
    }

    private static StrictParse ReadChunks(ReadOnlySpan<byte> bytes, int position, StrictMessage message)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var end = bytes[position..].IndexOf(LineEnd);
            if (end < 0)
                return StrictParse.Partial(message with { Body = body.WrittenSpan.ToArray() });

            var line = bytes.Slice(position, end);
            position += end + LineEnd.Length;
            var extension = line.IndexOf((byte)';');
            var digits = extension < 0 ? line : line[..extension];
            if (line.ContainsAny(ControlBytes)
                || !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
            {
                return StrictParse.Invalid("chunk size");
            }

            if (size == 0)
                break;

            var rest = bytes[position..];
            body.Write(rest[..(int)Math.Min(size, rest.Length)]);
            if (rest.Length - LineEnd.Length < size)
                return StrictParse.Partial(message with { Body = body.WrittenSpan.ToArray() });

            if (!rest[(int)size..].StartsWith(LineEnd))
                return StrictParse.Invalid("end of chunk");

            position += (int)size + LineEnd.Length;
        }

        message = message with { Body = body.WrittenSpan.ToArray() };
        return ReadFields(bytes, ref position, out var trailers) switch
        {
            null => StrictParse.Complete(message with { Trailers = trailers }, position),
            { Verdict: Verdict.Incomplete } => StrictParse.Partial(message),
            { } invalid => invalid,
        };
    }
}
