namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Time as this process counts it: a span since an arbitrary start that only grows. A wall clock that is set back or forth
/// can neither prolong nor shorten a token's life.
/// </summary>
internal static class MonotonicTime
{
    public static TimeSpan GetMonotonicNow(this TimeProvider time) => time.GetElapsedTime(startingTimestamp: 0);
}
