using System.IO.Pipelines;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// What the server reads of a connection, a body or what it skips by itself. Who sends faster than it can be read would have it read without an end on
/// the thread to which the kernel tells of what he sends; so every now and then a read goes on elsewhere, and the thread is left to others. Who waits
/// for upstream leaves it by that.
/// </summary>
internal sealed class LeavingReader(IDuplexPipe transport) : PipeReader, IDuplexPipe
{
    /// <summary>At a stretch.</summary>
    public const int MostReads = 8;

    /// <summary>
    /// In bytes: what is kept of a connection before it is read, and so what one read is of. By Kestrel's default it is 1 MiB, which takes 50 ms where
    /// it is chunks of one byte each.
    /// </summary>
    public const int LargestRead = 64 * 1024;

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

    /// <summary>The thread was left by a wait: the next stretch begins.</summary>
    public void BeginAgain() => reads = 0;

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
