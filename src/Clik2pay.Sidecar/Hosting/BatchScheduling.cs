using System.Globalization;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Asks the kernel not to interrupt a running thread each time data arrives for the sidecar (<c>SCHED_BATCH</c>, sched(7)). One of its
/// threads tells the others what has arrived, and would otherwise take the processor from one that is working. A free processor is
/// still used at once.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;
    private const int NoSuchThread = 3;
    private const string Threads = "/proc/self/task";
    private const int MostPasses = 10;

    /// <summary>
    /// Sets the policy of every thread of this process. In the published program a thread inherits the policy of the one that starts it;
    /// the runtime of other builds sets the usual policy again. A policy that was set from outside, by chrt or a unit file, stays.
    /// </summary>
    /// <returns>Whether the policy is in force. No privilege is needed, but a filter of system calls may refuse it.</returns>
    public static bool TryUse()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return false;

            // A pass may miss a thread that is started meanwhile. The next one finds it.
            for (var pass = 0; pass < MostPasses; pass++)
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
            // The C library has another name, or /proc is not there.
            return false;
        }
    }

    [LoggerMessage(1108, LogLevel.Warning, "The system does not permit the scheduling policy SCHED_BATCH (Sidecar:BatchScheduling), so the "
        + "usual policy stays. Allow the system call sched_setscheduler, or remove the setting.")]
    public static partial void BatchSchedulingRefused(this ILogger log);

    private static int ThreadId(string directory) => int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);

    private static bool HasUsualPolicy(int thread) => GetPolicy(thread) == Other;

    /// <summary>A thread that has ended meanwhile needs no policy.</summary>
    private static bool TrySet(int thread)
    {
        var priority = 0; // the only one that this policy has
        return SetPolicy(thread, Batch, in priority) == 0 || Marshal.GetLastPInvokeError() == NoSuchThread;
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetPolicy(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetPolicy(int thread, int policy, in int priority);
}
