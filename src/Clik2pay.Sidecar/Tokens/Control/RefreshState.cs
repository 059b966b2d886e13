using System.Diagnostics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>
/// Stores the current <see cref="RefreshStatus"/>, which the refresh loop replaces and all threads read. Requests and operators wait here
/// for the next refresh.
/// </summary>
internal sealed class RefreshState
{
    private TaskCompletionSource<ActivityContext> refreshed = new();
    private OperatorRequest? operatorRequest;
    private volatile RefreshStatus status = RefreshStatus.Initial;
    private long clockFloorEndsAt = long.MinValue;

    public RefreshStatus Status
    {
        get => status;
        set => status = value;
    }

    /// <summary>
    /// Completes when the current refresh ends, with the span of that refresh. Between refreshes, the task completes after the next one. A
    /// failed refresh completes the task too, unless it used pending credentials.
    /// </summary>
    public Task<ActivityContext> NextRefresh => Volatile.Read(ref refreshed).Task;

    /// <summary>When an operator asked for a new token, in <see cref="MonotonicTime"/>. Null if no operator waits for one.</summary>
    public TimeSpan? OperatorWaitsSince => Volatile.Read(ref operatorRequest)?.At;

    /// <summary>
    /// Whether the wall clock can cause a refresh at this moment of <see cref="MonotonicTime"/>. A clock that keeps running ahead must not
    /// cause a refresh at each check.
    /// </summary>
    public bool CanFollowClock(TimeSpan now) => now.Ticks >= Volatile.Read(ref clockFloorEndsAt);

    /// <summary>
    /// Records that the wall clock has caused a refresh. The wall clock causes no other refresh before <paramref name="endsAt"/>.
    /// </summary>
    public void StartClockFloor(TimeSpan endsAt) => Volatile.Write(ref clockFloorEndsAt, endsAt.Ticks);

    /// <summary>Stores the status after a refresh, and ends the wait of all requests that wait for the refresh.</summary>
    public void EndRefresh(RefreshStatus after, ActivityContext span)
    {
        // The status is stored first, so that the requests that continue read the new one.
        status = after;
        Interlocked.Exchange(ref refreshed, new()).SetResult(span);
    }

    /// <summary>Records that an operator waits for a new token. Operators that ask before the refresh ends share the refresh.</summary>
    /// <returns>The refresh, after its token has been shared.</returns>
    public Task<RefreshRecord> WaitForOperatorRefresh(TimeSpan now)
    {
        var own = new OperatorRequest(now, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return (Interlocked.CompareExchange(ref operatorRequest, own, comparand: null) ?? own).Completion.Task;
    }

    /// <summary>Ends the wait of all operators.</summary>
    public void EndOperatorRefresh(RefreshRecord record) =>
        Interlocked.Exchange(ref operatorRequest, null)?.Completion.SetResult(record);

    private sealed record OperatorRequest(TimeSpan At, TaskCompletionSource<RefreshRecord> Completion);
}
