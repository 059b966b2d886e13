using Clik2pay.Sidecar.Tokens.Refresh;
using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>
/// Decides when the refresh loop refreshes or polls. Requests, timers, operators and new credentials wake the loop, which then
/// refreshes only if there is a reason.
/// </summary>
internal sealed class RefreshTriggers(RefreshState state, TokenSlot slot, Rotation rotation, TimeProvider time, ILogger log)
{
    private TaskCompletionSource<RefreshTrigger> wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RefreshStatus Status => state.Status;

    /// <summary>Asks for a refresh. The refresh starts only if there is a reason for it.</summary>
    public void Wake(RefreshTrigger trigger) => Volatile.Read(ref wake).TrySetResult(trigger);

    /// <summary>
    /// Wakes the loop if its timer is late after a suspend, or if the wall clock has advanced more than the steady clock.
    /// </summary>
    public void CheckClocks()
    {
        if (GetTimeUntilAlarm() == TimeSpan.Zero)
            Wake(RefreshTrigger.Scheduled);
        else if (Status.Failure is null && slot.HasSuspectToken && state.CanFollowClock(time.GetMonotonicNow()))
            Wake(RefreshTrigger.ClockChange);
    }

    /// <summary>Waits until a refresh or a poll is due.</summary>
    /// <returns>The reason for a refresh. Null to poll the shared store.</returns>
    public async Task<RefreshTrigger?> WaitAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(_ => Volatile.Read(ref wake).TrySetCanceled(cancellationToken), null);
        await using var alarm = time.CreateTimer(
            _ => Wake(RefreshTrigger.Scheduled), state: null, GetTimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        while (true)
        {
            var wokenBy = await wake.Task;

            // A wake that arrives from here on is handled in the next iteration, so none is lost.
            Interlocked.Exchange(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            cancellationToken.ThrowIfCancellationRequested();

            if (FindReason(wokenBy) is { } reason)
            {
                // No trigger shortens the pause between token calls. New credentials do not wait for the pause of the current ones.
                if (reason != RefreshTrigger.Rotation)
                    await Task.Delay(GetTimeUntil(Status.NotBefore), time, cancellationToken);
                return reason;
            }

            if (GetTimeUntil(Status.PollAt) == TimeSpan.Zero)
                return null;

            // Nothing is due: an earlier refresh has served the request, a pause applies, or the timer fired early.
            alarm.Change(GetTimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        }
    }

    private RefreshTrigger? FindReason(RefreshTrigger wokenBy)
    {
        // 1. An operator asked for a new token.
        if (state.OperatorWaitsSince is not null && !TryRefuseOperators())
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

        // 4. New credentials are pending. They come last, because they stay pending, while a request wakes the loop only once.
        if (rotation.TryRotateApiKeyAlone())
            log.ApiKeyRotated();
        return GetTimeUntil(rotation.DueAt) == TimeSpan.Zero ? RefreshTrigger.Rotation : null;
    }

    /// <summary>
    /// Why the current token must be replaced early. After a failure, the schedule contains the next attempt, and only a request that waits
    /// because of the wall clock starts an earlier one.
    /// </summary>
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
        state.EndOperatorRefresh(new(time.GetUtcNow(), RefreshTrigger.Operator, failure.Outcome, TimeSpan.Zero, reason));
        return true;
    }

    /// <summary>Whether a pause after a failure keeps requests from starting a refresh. A poll may still find a shared token.</summary>
    private bool IsPaused => Status.IsPausedAt(time.GetMonotonicNow());

    /// <summary>
    /// The time until the next refresh, or until an earlier poll. Without a token, only a poll during the pause counts, because a request
    /// can start a refresh after the pause.
    /// </summary>
    private TimeSpan GetTimeUntilAlarm()
    {
        var latestPoll = slot.Current is null ? Status.NotBefore : Status.DueAt;
        var next = Status.PollAt < latestPoll ? Status.PollAt : Status.DueAt;
        return GetTimeUntil(Min(next, rotation.DueAt));
    }

    private TimeSpan GetTimeUntil(TimeSpan moment) => Max(moment - time.GetMonotonicNow(), TimeSpan.Zero);
}
