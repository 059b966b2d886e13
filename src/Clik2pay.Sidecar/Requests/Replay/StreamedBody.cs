using System.Buffers;
using System.IO.Pipelines;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Requests.Replay;

/// <summary>
/// A request body that is too large to be buffered. A read fails if the caller sends nothing for 8 s. The server limits only the average
/// rate, so a caller that has sent a lot of data could occupy a connection to the provider for minutes. A canceled read leaves the body
/// readable, so that the server can read the rest before it closes the connection.
/// </summary>
internal sealed class StreamedBody : AsyncStream
{
    /// <summary>Chosen so that the 408 arrives within 10 s.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(8);

    private readonly PipeReader reader;
    private readonly ITimer idle;

    public StreamedBody(PipeReader reader, TimeProvider time)
    {
        this.reader = reader;
        idle = time.CreateTimer(_ => reader.CancelPendingRead(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override bool CanRead => true;

    public override bool CanWrite => false;

    /// <exception cref="BadHttpRequestException">The body is malformed, too large or too slow.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await ReadAsync(cancellationToken);
        if (result.IsCanceled)
        {
            reader.AdvanceTo(result.Buffer.Start);
            cancellationToken.ThrowIfCancellationRequested();
            throw new BadHttpRequestException("The body timed out.", StatusCodes.Status408RequestTimeout);
        }

        var count = (int)Math.Min(result.Buffer.Length, buffer.Length);
        var part = result.Buffer.Slice(0, count);
        part.CopyTo(buffer.Span);
        reader.AdvanceTo(part.End);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            idle.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        var read = reader.ReadAsync(CancellationToken.None);
        if (read.IsCompleted)
            return await read;

        idle.Change(IdleTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            using (cancellationToken.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), reader))
                return await read;
        }
        finally
        {
            idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
