using Clik2pay.Sidecar.Tokens.Refresh;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Lifecycle;

/// <summary>
/// Decides when the refresh loop has something to do. Requests and timers wake it, and the clocks decide whether it is time.
/// </summary>
internal sealed class RefreshTriggers(
    RefreshState state, TokenSlot slot, Rotation rotation, OperatorRequests operators, TimeProvider time, ILogger log)
{
    private TaskCompletionSource<RefreshTrigger> wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RefreshStatus Status => state.Status;

    /// <summary>Asks for a refresh. It starts only if there is a reason for it.</summary>
    public void Wake(RefreshTrigger trigger) => Volatile.Read(ref wake).TrySetResult(trigger);

    /// <summary>Wakes the loop if its timer is late after a suspend, or if the wall clock indicates that time was missed.</summary>
    public void CheckClocks()
    {
        if (GetTimeUntilAlarm() == TimeSpan.Zero)
            Wake(RefreshTrigger.Scheduled);
        else if (Status.Failure is null && slot.IsSuspect && state.CanFollowClock(time.GetMonotonicNow()))
            Wake(RefreshTrigger.ClockChange);
    }

    /// <summary>Waits until a refresh or a poll is due.</summary>
    /// <returns>Why to refresh. Null if the shared store is to be polled.</returns>
    public async Task<RefreshTrigger?> WaitAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(_ => Volatile.Read(ref wake).TrySetCanceled(cancellationToken), null);
        await using var alarm = time.CreateTimer(
            _ => Wake(RefreshTrigger.Scheduled), state: null, GetTimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        while (true)
        {
            var wokenBy = await wake.Task;

            // From here on, a wake counts for the next round, so that none is lost.
            Interlocked.Exchange(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            cancellationToken.ThrowIfCancellationRequested();

            if (FindReason(wokenBy) is { } reason)
            {
                // No request shortens the pause between token calls. The pause of the current credentials does not apply to new ones.
                if (reason != RefreshTrigger.Rotation)
                    await Task.Delay(GetTimeUntil(Status.NotBefore), time, cancellationToken);
                return reason;
            }

            if (GetTimeUntil(Status.PollAt) == TimeSpan.Zero)
                return null;

            // The request's token has come meanwhile, or the alarm was early.
            alarm.Change(GetTimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        }
    }

    private RefreshTrigger? FindReason(RefreshTrigger wokenBy)
    {
        // 1. An operator asked for a new token.
        if (operators.PendingSince is not null && !TryRefuseOperators())
            return RefreshTrigger.Operator;

        // 2. The refresh point is reached, or the pause after a failure is over.
        if (wokenBy == RefreshTrigger.Scheduled && GetTimeUntil(Status.DueAt) == TimeSpan.Zero)
            return wokenBy;

        // 3. The current token is in doubt, or a request needs a token.
        if (!IsPaused)
        {
            if (FindDoubt(wokenBy) is { } doubt)
                return doubt;
            if (slot.Current is null)
                return wokenBy is RefreshTrigger.Rotation or RefreshTrigger.Operator ? RefreshTrigger.Expired : wokenBy;
        }

        // 4. New credentials are to be tried. They come last, because they stay pending and a request's wake does not.
        if (rotation.TryRotateApiKeyAlone())
            log.ApiKeyRotated();
        return GetTimeUntil(rotation.DueAt) == TimeSpan.Zero ? RefreshTrigger.Rotation : null;
    }

    /// <summary>Why the current token must be replaced early. After a failure, the schedule replaces it.</summary>
    private RefreshTrigger? FindDoubt(RefreshTrigger wokenBy)
    {
        if (Status.Failure is not null && wokenBy != RefreshTrigger.ClockChange)
            return null;

        var doubt = slot.EarlyRefreshTrigger;
        return doubt == RefreshTrigger.ClockChange && !state.CanFollowClock(time.GetMonotonicNow()) ? null : doubt;
    }

    /// <summary>During the pause after a failure, an operator's request gets that failure without a token call.</summary>
    private bool TryRefuseOperators()
    {
        if (!IsPaused || Status.Failure is not { } failure)
            return false;

        var reason = $"{failure.Reason}; the next attempt is in {(long)Math.Ceiling(GetTimeUntil(Status.NotBefore).TotalSeconds)} s";
        operators.Complete(new(time.GetUtcNow(), RefreshTrigger.Operator, failure.Outcome, TimeSpan.Zero, reason));
        return true;
    }

    /// <summary>Requests start no refresh now. A poll may still find another replica's token.</summary>
    private bool IsPaused => Status.IsPausedAt(time.GetMonotonicNow());

    /// <summary>
    /// Until the next refresh, or the poll before it. Without a token, only a poll during the pause counts, because after it a request can
    /// start the refresh.
    /// </summary>
    private TimeSpan GetTimeUntilAlarm()
    {
        var latestPoll = slot.Current is null ? Status.NotBefore : Status.DueAt;
        var next = Status.PollAt < latestPoll ? Status.PollAt : Status.DueAt;
        return GetTimeUntil(Min(next, rotation.DueAt));
    }

    private TimeSpan GetTimeUntil(TimeSpan moment) => Max(moment - time.GetMonotonicNow(), TimeSpan.Zero);
}
