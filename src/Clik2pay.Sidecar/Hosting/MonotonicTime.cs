namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// The time of the process's steady clock: a span since an arbitrary start, which only grows. A change of the wall clock cannot prolong a
/// token's lifetime.
/// </summary>
internal static class MonotonicTime
{
    /// <summary>Returns the exact time, unlike <see cref="TimeProvider.GetElapsedTime(long)"/>, which rounds large timestamps.</summary>
    public static TimeSpan GetMonotonicNow(this TimeProvider time)
    {
        var timestamp = time.GetTimestamp();
        var (perTick, rest) = Math.DivRem(time.TimestampFrequency, TimeSpan.TicksPerSecond);

        // For nanoseconds (Linux) and ticks (Windows), a plain division is exact. Other frequencies need 128 bits.
        return new(rest == 0 ? timestamp / perTick : (long)((Int128)timestamp * TimeSpan.TicksPerSecond / time.TimestampFrequency));
    }

    /// <summary>
    /// How far the wall clock is ahead of the steady clock. The offset grows when the steady clock misses time, for instance while a
    /// virtual machine is paused, and when the wall clock is set forward.
    /// </summary>
    public static TimeSpan GetWallOffset(this TimeProvider time, TimeSpan now) => time.GetUtcNow() - DateTimeOffset.UnixEpoch - now;

    public static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
