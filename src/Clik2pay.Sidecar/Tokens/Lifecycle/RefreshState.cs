using System.Diagnostics;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Lifecycle;

/// <summary>Stores the status of the refreshes. Requests read it, and wait here for the next refresh.</summary>
internal sealed class RefreshState
{
    private TaskCompletionSource<ActivityContext> refreshed = new();
    private volatile RefreshStatus status = RefreshStatus.Initial;
    private long clockFloorEndsAt = long.MinValue;

    public RefreshStatus Status
    {
        get => status;
        set => status = value;
    }

    /// <summary>Completes when the current refresh ends, or else the next one, with its span. A failure completes it too.</summary>
    public Task<ActivityContext> NextRefresh => Volatile.Read(ref refreshed).Task;

    /// <summary>
    /// Whether the wall clock can cause a refresh at this moment of <see cref="MonotonicTime"/>. A clock that keeps running ahead must not
    /// cause one each time.
    /// </summary>
    public bool CanFollowClock(TimeSpan now) => now.Ticks >= Volatile.Read(ref clockFloorEndsAt);

    /// <summary>The wall clock has caused a refresh, and causes no other one until then.</summary>
    public void StartClockFloor(TimeSpan endsAt) => Volatile.Write(ref clockFloorEndsAt, endsAt.Ticks);

    /// <summary>Stores the status after a refresh, and ends the wait of all requests that wait for it.</summary>
    public void EndRefresh(RefreshStatus after, ActivityContext span)
    {
        // The status comes first, so that the waiting requests find it.
        status = after;
        Interlocked.Exchange(ref refreshed, new()).SetResult(span);
    }
}
