using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Handles SIGTERM, SIGINT and SIGHUP before there is a host that does. Until then the first process of a container would not receive
/// them at all, and its pod would wait for the end of its grace period.
/// </summary>
internal sealed partial class StopSignals : IDisposable
{
    private const int Terminate = 15;
    private const nint Default = 0;

    private readonly CancellationTokenSource stop;
    private readonly List<PosixSignalRegistration> registrations;

    /// <param name="cancellationToken">Ends what the signals end, too.</param>
    public StopSignals(CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // .NET keeps ignoring a signal that was ignored at start. For SIGHUP that is intended: nohup asks for it.
        registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Hear))];
    }

    /// <summary>Cancelled by any of them.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>
    /// A process inherits ignored signals. If the parent process ignores SIGTERM, nothing could drain the sidecar. Call this before .NET
    /// first registers the signal.
    /// </summary>
    public static void StopIgnoringTerminate()
    {
        if (OperatingSystem.IsWindows())
            return;

        try
        {
            _ = SetHandler(Terminate, Default);
        }
        catch (TypeLoadException)
        {
            // The C library has another name.
        }
    }

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

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
