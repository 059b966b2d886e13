namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Time as this process counts it: a span since an arbitrary start that only grows. A change of the wall clock cannot prolong a token's
/// lifetime.
/// </summary>
internal static class MonotonicTime
{
    /// <summary>Exact, unlike <see cref="TimeProvider.GetElapsedTime(long)"/>, which rounds large timestamps.</summary>
    public static TimeSpan GetMonotonicNow(this TimeProvider time)
    {
        var timestamp = time.GetTimestamp();
        var (perTick, rest) = Math.DivRem(time.TimestampFrequency, TimeSpan.TicksPerSecond);

        // Linux counts nanoseconds and Windows ticks: a plain division. Anything else takes the long way.
        return new(rest == 0 ? timestamp / perTick : (long)((Int128)timestamp * TimeSpan.TicksPerSecond / time.TimestampFrequency));
    }

    /// <summary>
    /// How far the wall clock is ahead of the steady clock. It grows when the steady clock misses time, for instance while a virtual
    /// machine is paused, and when the wall clock is set forward.
    /// </summary>
    public static TimeSpan GetWallOffset(this TimeProvider time, TimeSpan now) => time.GetUtcNow() - DateTimeOffset.UnixEpoch - now;

    public static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
