using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Asks the kernel not to interrupt who is running for each thing that arrives for the sidecar (<c>SCHED_BATCH</c>, sched(7)): its own threads, of
/// which one tells the others of what has come, would do that to one another at each request. Where a processor is free, it runs at once all the same.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>For threads that are started from here on. No privilege is needed; where it cannot be had, nothing is different but the cost.</summary>
    public static void Use()
    {
        // What was chosen for this process from outside, by chrt or a unit's file, counts.
        var priority = 0; // the only one that this policy has
        if (OperatingSystem.IsLinux() && GetPolicy(process: 0) == Other)
            _ = SetPolicy(process: 0, Batch, in priority);
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    private static partial int GetPolicy(int process);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetPolicy(int process, int policy, in int priority);
}
