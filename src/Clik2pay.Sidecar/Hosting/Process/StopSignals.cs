using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>
/// Handles SIGTERM, SIGINT and SIGHUP before the host does. Without a handler, the kernel discards them for the first process of a
/// container, and its pod would wait for the end of its grace period.
/// </summary>
internal sealed partial class StopSignals : IDisposable
{
    private const int Terminate = 15;
    private const nint Default = 0;

    private readonly CancellationTokenSource stop;
    private readonly List<PosixSignalRegistration> registrations;

    /// <param name="cancellationToken">Has the same effect as a signal.</param>
    public StopSignals(CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // .NET keeps ignoring a signal that was ignored at start. For SIGHUP that is intended: nohup asks for it.
        registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Canceled by each of these signals.</summary>
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

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A further signal while the process ends.
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
