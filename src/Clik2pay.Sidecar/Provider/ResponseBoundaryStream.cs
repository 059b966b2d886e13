using System.Runtime.CompilerServices;

namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// A connection above TLS that ends after a response without a body: to HEAD, a 204 or a 304 (RFC 9112, section 6.3). The HTTP client reuses a
/// connection as soon as it has the headers of such a response. If the provider sent a body all the same, the next caller would get it as its
/// own response.
/// </summary>
internal sealed class ResponseBoundaryStream(Stream inner) : Stream
{
    /// <summary>The index of the status in "HTTP/1.1 204 No Content".</summary>
    private const int StatusIndex = 9;

    private volatile bool isReadingHead;
    private bool isHead;
    private bool hasEnded;
    private int index;
    private int status;
    private int lineEnds;

    private static ReadOnlySpan<byte> Prefix => "HTTP/1."u8;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The first bytes after a response are the next request.
        if (!isReadingHead)
        {
            isHead = buffer.Span.StartsWith("HEAD "u8);
            BeginHead();
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>The HTTP client reads from an idle connection before it sends the next request, and does not send it when that read returns 0.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        hasEnded ? new(0) : ReadAndInspectAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Allocates nothing for a response.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAndInspectAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        for (var i = 0; i < count && isReadingHead; i++)
            Inspect(buffer.Span[i]);
        return count;
    }

    private void BeginHead()
    {
        (index, status, lineEnds) = (0, 0, 0);
        isReadingHead = true;
    }

    private void Inspect(byte next)
    {
        // A part of a request's body was written after the response had come early. What is read is the rest of that.
        if (index < Prefix.Length && next != Prefix[index])
        {
            isReadingHead = false;
            return;
        }

        if (index is >= StatusIndex and < StatusIndex + 3)
            status = (status * 10) + next - '0';
        index++;
        if (index < StatusIndex + 3)
            return;

        var isInterim = status is >= 100 and < 200;
        if (!isInterim && !isHead && status is not (204 or 304))
        {
            isReadingHead = false;
            return;
        }

        // An empty line ends the head.
        lineEnds = next switch { (byte)'\n' => lineEnds + 1, (byte)'\r' => lineEnds, _ => 0 };
        if (lineEnds < 2)
            return;

        BeginHead();
        isReadingHead = isInterim;
        hasEnded = !isInterim;
    }
}
