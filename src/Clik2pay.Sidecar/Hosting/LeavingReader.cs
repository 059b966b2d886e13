using System.IO.Pipelines;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// What the server reads of a connection, a body or what it skips by itself. Who sends faster than it can be read would have it read without an end on
/// the thread to which the kernel tells of what he sends; so every now and then a read goes on elsewhere, and the thread is left to others.
/// </summary>
internal sealed class LeavingReader(IDuplexPipe transport) : PipeReader, IDuplexPipe
{
    /// <summary>At a stretch. A read is of what a socket gave at once, some KiB.</summary>
    public const int MostReads = 32;

    private readonly PipeReader input = transport.Input;
    private int reads;

    public PipeReader Input => this;

    public PipeWriter Output => transport.Output;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        ++reads < MostReads ? input.ReadAsync(cancellationToken) : LeaveAndReadAsync(cancellationToken);

    /// <summary>Also false when it is time to leave: who reads on waits then.</summary>
    public override bool TryRead(out ReadResult result)
    {
        if (++reads < MostReads)
            return input.TryRead(out result);

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    private async ValueTask<ReadResult> LeaveAndReadAsync(CancellationToken cancellationToken)
    {
        reads = 0;
        await Task.Yield();
        return await input.ReadAsync(cancellationToken);
    }
}
