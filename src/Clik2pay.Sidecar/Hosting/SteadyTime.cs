using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// The system's time, with a steady clock that includes the time in suspend: CLOCK_BOOTTIME on Linux (clock_gettime(2)). The usual clock,
/// CLOCK_MONOTONIC, stops while the machine is suspended, so an expired token would still count as valid afterwards. Timers use
/// CLOCK_MONOTONIC.
/// </summary>
internal sealed partial class SteadyTime : TimeProvider
{
    private const int BootTime = 7;
    private const long Nanoseconds = 1_000_000_000;

    private static readonly bool CountsSuspend = OperatingSystem.IsLinux() && nint.Size == sizeof(long) && HasBootTime();

    public override long TimestampFrequency => CountsSuspend ? Nanoseconds : base.TimestampFrequency;

    public override long GetTimestamp()
    {
        if (!CountsSuspend)
            return base.GetTimestamp();

        // The only possible error is an unknown clock, and CountsSuspend has ruled that out.
        _ = GetTime(BootTime, out var now);
        return (now.Seconds * Nanoseconds) + now.Nanoseconds;
    }

    private static bool HasBootTime()
    {
        try
        {
            return GetTime(BootTime, out _) == 0;
        }
        catch (TypeLoadException)
        {
            // The C library has another name, or lacks this function.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
