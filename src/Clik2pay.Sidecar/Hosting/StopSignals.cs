using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// SIGTERM and SIGINT from the first moment on, before there is a host that listens to them. The first process of a container would not hear
/// them at all until then, and its pod would wait for the end of its grace period.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly List<PosixSignalRegistration> registrations;

    /// <param name="cancellationToken">Ends what the signals end, too.</param>
    public StopSignals(CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT }.Select(signal => PosixSignalRegistration.Create(signal, Hear))];
    }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        stop.Dispose();
    }

    private void Hear(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // One more, while the process ends.
        }
    }
}
