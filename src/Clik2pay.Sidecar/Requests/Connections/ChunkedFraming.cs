using System.Buffers;
using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// Validates the framing of one chunked body (RFC 9112, section 7.1). The server itself skips extensions, and accepts control characters in
/// extensions and in trailers. Another server may treat such a character as the end of a line.
/// </summary>
internal sealed class ChunkedFraming
{
    private long dataLeft;
    private long size;
    private bool isSizeComplete;
    private bool isInTrailers;
    private int lineLength;
    private bool isAfterReturn;
    private bool hasColon;

    /// <summary>Whether the last line of the body has been read.</summary>
    public bool HasEnded { get; private set; }

    /// <returns>Whether the bytes, which follow those of the previous call, can be part of a chunked body.</returns>
    public bool TryRead(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            if (!TryRead(segment.Span))
                return false;
        }

        return true;
    }

    private bool TryRead(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !HasEnded)
        {
            if (dataLeft > 0)
            {
                var skipped = (int)Math.Min(dataLeft, bytes.Length);
                dataLeft -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            if (!TryReadInLine(bytes[0]))
                return false;
            bytes = bytes[1..];
        }

        return true;
    }

    private bool TryReadInLine(byte next)
    {
        if (isAfterReturn || next == '\n')
        {
            // CR and LF are valid only together, at the end of a line.
            var isEnd = isAfterReturn && next == '\n' && (!isInTrailers || hasColon || lineLength == 0);
            if (isEnd)
                EndLine();
            return isEnd;
        }

        isAfterReturn = next == '\r';
        if (isAfterReturn)
            return true;

        lineLength++;
        if (isInTrailers && !hasColon)
            return TryReadName(next);
        if (!isInTrailers && !isSizeComplete)
            ReadSize(next);
        return next is >= (byte)' ' and not 0x7f or (byte)'\t' && size <= int.MaxValue;
    }

    /// <summary>The name of a trailer is a token, and a colon follows it (RFC 9110, section 5.1).</summary>
    private bool TryReadName(byte next)
    {
        hasColon = next == ':' && lineLength > 1;
        return hasColon || HeaderNames.TokenCharacters.Contains((char)next);
    }

    private void ReadSize(byte next)
    {
        if (char.IsAsciiHexDigit((char)next))
            size = (size * 16) + (next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10);
        else
            isSizeComplete = true;
    }

    private void EndLine()
    {
        // An empty line ends the data of each chunk, so it does not begin the trailers.
        if (isInTrailers)
            HasEnded = lineLength == 0;
        else if (lineLength > 0 && size == 0)
            isInTrailers = true;

        dataLeft = size;
        (size, isSizeComplete, lineLength, isAfterReturn, hasColon) = (0, false, 0, false, false);
    }
}
