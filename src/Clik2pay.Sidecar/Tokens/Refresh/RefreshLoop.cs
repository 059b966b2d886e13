using System.Diagnostics;
using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>
/// Keeps the slot filled. This loop alone refreshes, one refresh after the other, so that any number of requests in need of a token
/// cost one token call: they wake the loop and wait for the refresh that it makes (single-flight without a lock). Between two refreshes it
/// looks after the token that replicas share. Other credentials are a refresh too, with a token of theirs or without any effect.
/// </summary>
internal sealed class RefreshLoop(
    Rotation rotation,
    TokenRefresher refresher,
    TokenSharing sharing,
    RefreshSchedule schedule,
    TokenSlot slot,
    RefreshHistory history,
    TokenMetrics metrics,
    TimeProvider time,
    ILogger<RefreshLoop> log)
{
    private readonly OperatorRequests operators = new();
    private TaskCompletionSource<RefreshTrigger> wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<ActivityContext> refreshed = new();
    private volatile RefreshStatus status = RefreshStatus.Initial;
    private long nextClockChange = long.MinValue;

    public RefreshStatus Status => status;

    /// <summary>Ends with the refresh that is under way, or else with the next one, however that ends, and tells which it was in traces.</summary>
    public Task<ActivityContext> NextRefresh => Volatile.Read(ref refreshed).Task;

    /// <summary>Asks for a refresh. The loop decides whether there is a reason for one.</summary>
    public void Wake(RefreshTrigger trigger) => Volatile.Read(ref wake).TrySetResult(trigger);

    /// <summary>
    /// Offers other credentials in place of those in use. They are tried at once, and again with pauses as after any failure, until they bring
    /// a token or are replaced by another offer. Until then those in use stay.
    /// </summary>
    public void Offer(TokenKey key)
    {
        rotation.Offer(key);
        Wake(RefreshTrigger.Rotation);
    }

    /// <summary>Fetches a new token for an operator and returns the outcome. If it fails, the current token stays in use.</summary>
    public Task<RefreshRecord> RefreshNowAsync(CancellationToken cancellationToken)
    {
        var refresh = operators.Add(time.GetMonotonicNow());
        Wake(RefreshTrigger.Operator);
        return refresh.WaitAsync(cancellationToken);
    }

    /// <summary>Wakes the loop if its timer is late after a suspend, or if the wall clock indicates that time was missed.</summary>
    public void CheckClocks()
    {
        if (TimeUntilAlarm() == TimeSpan.Zero)
            Wake(RefreshTrigger.Scheduled);
        else if (status.Failure is null && slot.IsSuspect && CanFollowClock(time.GetMonotonicNow()))
            Wake(RefreshTrigger.ClockChange);
    }

    /// <summary>Whether the wall clock can cause a refresh now. A clock that keeps running ahead must not cause one each time.</summary>
    public bool CanFollowClock(TimeSpan now) => now.Ticks >= Volatile.Read(ref nextClockChange);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(_ => Volatile.Read(ref wake).TrySetCanceled(cancellationToken), null);
        var trigger = RefreshTrigger.Startup;
        while (true)
        {
            await RefreshAsync(trigger, cancellationToken);
            trigger = await WaitForTriggerAsync(cancellationToken);
        }
    }

    private async Task RefreshAsync(RefreshTrigger trigger, CancellationToken cancellationToken)
    {
        var tried = trigger == RefreshTrigger.Rotation ? rotation.Candidate! : new(rotation.InUse, status);
        var (startedAt, hasEnded) = (time.GetMonotonicNow(), false);
        var issuedAfter = trigger == RefreshTrigger.Operator ? operators.PendingSince!.Value : rotation.GetProofStart(tried.Key);
        if (trigger == RefreshTrigger.ClockChange && status.Failure is null)
            log.ClockChanged();
        var record = default(RefreshRecord);
        using var activity = TokenSpans.StartRefresh(trigger);
        End(await TryRefreshAsync(new(tried.Key, trigger, issuedAfter, tried.Status), End, cancellationToken));

        // An operator waits until the token is shared.
        if (trigger == RefreshTrigger.Operator)
            operators.Complete(record!);

        // For the requests that wait, a refresh ends with its token, before that is shared: no request waits for the store.
        void End(RefreshResult result)
        {
            if (hasEnded)
                return;

            hasEnded = true;
            activity.SetOutcome(result.Outcome);
            record = Take(trigger, result, tried, startedAt, activity?.Context ?? default);
        }
    }

    /// <summary>An error in the code of a refresh must not end the loop, and with it the whole sidecar, while a valid token is held.</summary>
    private async Task<RefreshResult> TryRefreshAsync(
        RefreshRequest request, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        try
        {
            return await refresher.RefreshAsync(request, onToken, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Broken(e);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (held, startedAt) = (new Candidate(rotation.InUse, status), time.GetMonotonicNow());
            var look = await sharing.PollAsync(held.Key, cancellationToken);
            if (look.Token is { } token)
                Take(RefreshTrigger.Scheduled, RefreshResult.Adopted(token), held, startedAt, default);
            else
                status = schedule.AfterLook(look.Outcome, held.Status, time.GetMonotonicNow());

            if (look.Outcome == LookOutcome.WrittenBack)
                log.WrittenBack();
            if (slot.IsWithdrawn && status.Failure is null)
            {
                log.Withdrawn();
                Wake(RefreshTrigger.Unauthorized);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Broken(e);
            status = schedule.AfterLook(LookOutcome.Unavailable, status, time.GetMonotonicNow());
        }
    }

    private async Task<RefreshTrigger> WaitForTriggerAsync(CancellationToken cancellationToken)
    {
        await using var alarm = time.CreateTimer(_ => Wake(RefreshTrigger.Scheduled), state: null, TimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        while (true)
        {
            var trigger = await wake.Task;

            // From here on a wake counts for the next round, so that none is lost while this one is served.
            Interlocked.Exchange(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            cancellationToken.ThrowIfCancellationRequested();

            if (operators.PendingSince is not null && !TryRefuseOperator())
            {
                await Task.Delay(TimeUntil(status.NotBefore), time, cancellationToken);
                return RefreshTrigger.Operator;
            }

            if (trigger == RefreshTrigger.Scheduled && TimeUntil(status.DueAt) == TimeSpan.Zero)
                return trigger;

            // A request needs a token, or the current one is in doubt. After a failed attempt, the schedule replaces a token in doubt.
            var doubt = status.Failure is null || trigger == RefreshTrigger.ClockChange ? slot.EarlyRefreshTrigger : null;
            doubt = doubt == RefreshTrigger.ClockChange && !CanFollowClock(time.GetMonotonicNow()) ? null : doubt;
            if ((doubt is not null || slot.Current is null) && !IsPaused)
            {
                // This does not shorten the floor between token calls.
                await Task.Delay(TimeUntil(status.NotBefore), time, cancellationToken);
                return doubt ?? (trigger is RefreshTrigger.Rotation or RefreshTrigger.Operator ? RefreshTrigger.Expired : trigger);
            }

            // Behind the requests, of whose wake nothing else remains: others are due until they are tried.
            if (rotation.TryTakeKeyAlone())
                log.KeyRotated();
            if (TimeUntil(rotation.DueAt) == TimeSpan.Zero)
                return RefreshTrigger.Rotation;

            if (TimeUntil(status.LookAt) == TimeSpan.Zero)
                await LookAsync(cancellationToken);

            // The shared token was looked after, the request's token has come meanwhile, or the alarm rang a moment early.
            alarm.Change(TimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>During the pause after a failure, an operator's request gets that failure without a token call.</summary>
    private bool TryRefuseOperator()
    {
        if (!IsPaused || status.Failure is not { } failure)
            return false;

        var reason = $"{failure.Reason}; the next attempt is in {(long)Math.Ceiling(TimeUntil(status.NotBefore).TotalSeconds)} s";
        operators.Complete(new(time.GetUtcNow(), RefreshTrigger.Operator, failure.Outcome, TimeSpan.Zero, reason));
        return true;
    }

    /// <summary>Requests do not wait now, but another replica may have more luck.</summary>
    private bool IsPaused => status.IsPausedAt(time.GetMonotonicNow());

    /// <summary>The next refresh, or the look before it; without a token only a look in the pause, for after it a request may bring the refresh about.</summary>
    private TimeSpan TimeUntilAlarm()
    {
        var next = status.LookAt < (slot.Current is null ? status.NotBefore : status.DueAt) ? status.LookAt : status.DueAt;
        return TimeUntil(Min(next, rotation.DueAt));
    }

    private TimeSpan TimeUntil(TimeSpan moment) => Max(moment - time.GetMonotonicNow(), TimeSpan.Zero);

    private RefreshRecord Take(RefreshTrigger trigger, RefreshResult result, Candidate tried, TimeSpan startedAt, ActivityContext context)
    {
        var now = time.GetMonotonicNow();
        var after = schedule.After(result, tried.Status, now, currentUntil: slot.Current?.ExpiresAt ?? now);
        metrics.TokenRefreshed(result.Outcome, trigger, now - startedAt);
        var record = new RefreshRecord(time.GetUtcNow(), trigger, result.Outcome, now - startedAt, result.Failure?.Reason);
        history.Add(record);
        log.Report(trigger, result, tried.Status, after, now);
        if (trigger == RefreshTrigger.ClockChange)
            Volatile.Write(ref nextClockChange, (now + AccessTokenSource.ForcedRefreshFloor).Ticks);
        if (trigger == RefreshTrigger.Rotation)
        {
            // Without a token nothing has happened to those in use, and who waits for a token of theirs goes on waiting.
            if (result.Token is null)
            {
                rotation.PutOff(tried, after);
                return record;
            }

            rotation.Take(tried);
        }
        else if (result.Outcome == RefreshOutcome.Rejected)
        {
            rotation.Hasten();
        }

        // The slot and the status come first, the waiting requests second: they find what they waited for.
        status = after;
        Interlocked.Exchange(ref refreshed, new()).SetResult(context);
        return record;
    }

    /// <summary>Logs only the type and the stack trace, because a message may quote a secret.</summary>
    private RefreshResult Broken(Exception e)
    {
        log.Broken(e.GetType().Name, e.StackTrace);
        return RefreshResult.Failed(new(RefreshOutcome.Unavailable, $"an unexpected error ({e.GetType().Name}) ended the refresh"));
    }
}
