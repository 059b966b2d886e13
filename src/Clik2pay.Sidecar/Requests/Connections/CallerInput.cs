using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// The bytes of a caller's connection, as the server reads them. The framing of a chunked body is validated before the server reads the
/// body.
/// </summary>
internal sealed class CallerInput(PipeReader inner) : PipeReader
{
    private static readonly ReadResult Nothing = new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);

    private ChunkedFraming? framing;
    private ReadOnlySequence<byte> buffer;

    private bool hasEnded;

    /// <summary>The number of bytes at the start of the next buffer that have been validated.</summary>
    private long validated;

    /// <summary>Marks the start of a chunked body.</summary>
    public void BeginChunkedBody() => (framing, validated) = (new(), 0);

    /// <summary>
    /// Ends the input, because the caller disconnected or sent a malformed body. The server may have left a read unfinished, and another
    /// read would then fail.
    /// </summary>
    public void End() => hasEnded = true;

    /// <exception cref="BadHttpRequestException">The framing of a chunked body is malformed.</exception>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        hasEnded ? new(Nothing)
        : framing is { HasEnded: false } ? ValidateAsync(inner.ReadAsync(cancellationToken), framing)
        : inner.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        result = Nothing;
        return hasEnded || inner.TryRead(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (hasEnded)
            return;

        // The server passes no position if it fails before it consumes anything.
        if (!buffer.IsEmpty && consumed.GetObject() is not null)
            validated -= buffer.Slice(buffer.Start, consumed).Length;
        buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ValidateAsync(ValueTask<ReadResult> read, ChunkedFraming body)
    {
        var result = await read;
        buffer = result.Buffer;

        // Bytes that the server has examined but not consumed are delivered again.
        if (!body.TryRead(buffer.Slice(Math.Min(validated, buffer.Length))))
        {
            // The input ends here, because the start of the next request cannot be located.
            inner.AdvanceTo(buffer.Start);
            End();
            throw new BadHttpRequestException("The framing of the chunked body is malformed.");
        }

        validated = buffer.Length;
        return result;
    }
}
