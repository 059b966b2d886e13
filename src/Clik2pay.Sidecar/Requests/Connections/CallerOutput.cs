using System.Buffers;
using System.IO.Pipelines;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// What the server writes to a caller's connection, and the one place where its bare answer to a request that it cannot read can be replaced
/// by ours: it writes that answer by itself, without any code of ours on the way.
/// </summary>
internal sealed class CallerOutput(IDuplexPipe transport) : PipeWriter, IDuplexPipe
{
    private readonly PipeWriter output = transport.Output;
    private byte[]? replacement;
    private byte[]? sink;

    /// <summary>What the server reads.</summary>
    public CallerInput CallerInput { get; } = new(transport.Input);

    public PipeReader Input => CallerInput;

    public PipeWriter Output => this;

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    /// <summary>Writes this instead of what comes next. The connection must end after it.</summary>
    public void ReplaceWith(byte[] answer) => replacement ??= answer;

    public override Memory<byte> GetMemory(int sizeHint = 0) => replacement is null ? output.GetMemory(sizeHint) : Sink(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => replacement is null ? output.GetSpan(sizeHint) : Sink(sizeHint);

    public override void Advance(int bytes)
    {
        if (replacement is null)
        {
            output.Advance(bytes);
        }
        else if (replacement.Length > 0)
        {
            output.Write(replacement);
            replacement = [];
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private byte[] Sink(int sizeHint) => sink?.Length >= sizeHint ? sink : sink = new byte[Math.Max(sizeHint, 4096)];
}
