using System.Runtime.CompilerServices;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// A connection, above TLS, that is not reused after a response without a body. Responses to HEAD, 204 and 304 have no body (RFC 9112,
/// section 6.3). The HTTP client reuses a connection as soon as it has the headers of such a response. If the provider sent a body anyway,
/// the next caller would get that body as its own response.
/// </summary>
internal sealed class ResponseBoundaryStream(Stream inner) : AsyncStream
{
    /// <summary>The index of the status in "HTTP/1.1 204 No Content".</summary>
    private const int StatusIndex = 9;

    private volatile bool isReadingHead;
    private bool hasEnded;
    private bool isHead;
    private int index;
    private int status;
    private int lineEnds;

    private static ReadOnlySpan<byte> Prefix => "HTTP/1."u8;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The first bytes after a response begin the next request.
        if (!isReadingHead)
        {
            isHead = buffer.Span.StartsWith("HEAD "u8);
            BeginHead();
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (hasEnded)
            return new(0);

        var read = inner.ReadAsync(buffer, cancellationToken);
        return read.IsCompletedSuccessfully && !isReadingHead ? read : InspectAsync(read, buffer);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Uses pooled state machines, so that a response allocates no memory for them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> InspectAsync(ValueTask<int> read, Memory<byte> buffer)
    {
        var count = await read;
        return isReadingHead ? Inspect(buffer.Span, count) : count;
    }

    /// <returns>
    /// The number of bytes for the HTTP client. At the end of a response without a body, it may be one more than was read.
    /// </returns>
    private int Inspect(Span<byte> buffer, int count)
    {
        for (var i = 0; i < count && isReadingHead; i++)
        {
            if (!IsEndOfResponse(buffer[i]) || i < count - 1)
                continue;

            // The HTTP client closes a connection that delivers an extra byte after a response. If the buffer is full, the next read
            // reports the end of the connection instead.
            if (count < buffer.Length)
                buffer[count++] = 0;
            else
                hasEnded = true;
        }

        return count;
    }

    private void BeginHead()
    {
        (index, status, lineEnds) = (0, 0, 0);
        isReadingHead = true;
    }

    /// <returns>Whether the byte is the last one of a response without a body.</returns>
    private bool IsEndOfResponse(byte next)
    {
        // The response to this request began before the whole request was written. These bytes are the rest of that response's body.
        if (index < Prefix.Length && next != Prefix[index])
        {
            isReadingHead = false;
            return false;
        }

        if (index is >= StatusIndex and < StatusIndex + 3)
            status = (status * 10) + next - '0';
        index++;
        if (index < StatusIndex + 3)
            return false;

        var isInterim = status is >= 100 and < 200;
        if (!isInterim && !isHead && status is not (204 or 304))
        {
            isReadingHead = false;
            return false;
        }

        // An empty line ends the head.
        lineEnds = next switch { (byte)'\n' => lineEnds + 1, (byte)'\r' => lineEnds, _ => 0 };
        if (lineEnds < 2)
            return false;

        BeginHead();
        isReadingHead = isInterim;
        return !isInterim;
    }
}
