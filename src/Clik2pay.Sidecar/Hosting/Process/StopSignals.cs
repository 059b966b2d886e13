using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>
/// Handles SIGTERM, SIGINT and SIGHUP before the host does. For the first process of a container, the kernel discards signals without a
/// handler, so a pod would wait until its grace period ends.
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

        // .NET keeps ignoring a signal that was ignored at start. For SIGHUP this is intended, because nohup relies on it.
        registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Canceled when one of these signals arrives.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>
    /// A process inherits ignored signals from its parent. If SIGTERM stayed ignored, it could not stop the sidecar. Call this method
    /// before .NET first registers the signal.
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
            // Another signal arrived while the process was ending.
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
