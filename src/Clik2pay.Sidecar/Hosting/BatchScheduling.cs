using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Asks the kernel not to interrupt a running thread each time something arrives for the sidecar (<c>SCHED_BATCH</c>, sched(7)): one of its threads tells
/// the others of what has come, and each time would take the processor from one that is at work. Where one is free, a thread gets it at once all the same.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>For threads that are started from here on. No privilege is needed; where it cannot be had, nothing is different but the cost.</summary>
    public static void Use()
    {
        var priority = 0; // the only one that this policy has
        try
        {
            // Another policy that was chosen from outside, by chrt or a unit's file, counts.
            if (OperatingSystem.IsLinux() && GetPolicy(process: 0) == Other)
                _ = SetPolicy(process: 0, Batch, in priority);
        }
        catch (TypeLoadException)
        {
            // The C library has another name.
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetPolicy(int process);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetPolicy(int process, int policy, in int priority);
}
