namespace Clik2pay.Sidecar.Redis;

/// <summary>Redis's clock, in milliseconds since 1970.</summary>
internal static class RedisClock
{
    /// <summary>The year 5138: what is beyond it, or before 1970, is no clock, and no arithmetic is tried with it.</summary>
    private const long Latest = 100_000_000_000_000;

    public static bool IsPlausible(long clock) => clock is >= 0 and <= Latest;
}
