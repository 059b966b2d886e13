using System.Globalization;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>
/// The scheduling policy <c>SCHED_BATCH</c> (sched(7)). One thread of the runtime dispatches arriving data. With the usual policy, this
/// thread preempts a working thread each time it wakes up. With <c>SCHED_BATCH</c>, it does not. A free processor is still used at once.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;
    private const int NoSuchThread = 3;
    private const string Threads = "/proc/self/task";
    private const int MaxPasses = 10;

    /// <summary>
    /// Sets the policy of every thread of this process. In the published program a thread inherits the policy of its creator. The runtime
    /// of other builds resets the policy. A policy that chrt or a unit file has set is kept.
    /// </summary>
    /// <returns>Whether the policy is in force. It requires no privilege, but a filter of system calls (seccomp) may refuse it.</returns>
    public static bool TryUse()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return false;

            // A pass may miss a thread that starts during it. The next pass finds that thread.
            for (var pass = 0; pass < MaxPasses; pass++)
            {
                var threads = Directory.GetDirectories(Threads).Select(ThreadId).Where(HasUsualPolicy).ToList();
                if (threads.Count == 0)
                    return true;
                if (!threads.TrueForAll(TrySet))
                    return false;
            }

            return true;
        }
        catch (Exception e) when (e is TypeLoadException or IOException or UnauthorizedAccessException)
        {
            // The C library has another name, or /proc does not exist.
            return false;
        }
    }

    [LoggerMessage(1108, LogLevel.Warning, "The system refused the scheduling policy SCHED_BATCH (Sidecar:BatchScheduling). The usual "
        + "policy stays in use. Allow the system call sched_setscheduler, or remove the setting.")]
    public static partial void BatchSchedulingRefused(this ILogger log);

    private static int ThreadId(string directory) => int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);

    private static bool HasUsualPolicy(int thread) => GetPolicy(thread) == Other;

    /// <summary>A thread that has ended is not a failure.</summary>
    private static bool TrySet(int thread)
    {
        var priority = 0; // the only priority of this policy
        return SetPolicy(thread, Batch, in priority) == 0 || Marshal.GetLastPInvokeError() == NoSuchThread;
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetPolicy(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetPolicy(int thread, int policy, in int priority);
}
