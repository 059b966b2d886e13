namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Keeps the slot filled. This loop alone refreshes, one refresh after the other, so that any number of requests in need of a token
/// cost one token call: they wake the loop and wait for the refresh that it makes (single-flight without a lock).
/// </summary>
internal sealed class RefreshLoop(TokenRefresher refresher, RefreshSchedule schedule, TokenSlot slot, TimeProvider time, ILogger<RefreshLoop> log)
{
    private TaskCompletionSource<RefreshTrigger> wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource refreshed = new();
    private volatile RefreshStatus status = RefreshStatus.Initial;

    public RefreshStatus Status => status;

    /// <summary>Ends with the refresh that is under way, or else with the next one, however that ends.</summary>
    public Task NextRefresh => Volatile.Read(ref refreshed).Task;

    /// <summary>Asks for a refresh. Without effect while a valid token is held or the loop pauses.</summary>
    public void Wake(RefreshTrigger trigger) => Volatile.Read(ref wake).TrySetResult(trigger);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(_ => Volatile.Read(ref wake).TrySetCanceled(cancellationToken), null);
        var trigger = RefreshTrigger.Startup;
        while (true)
        {
            var before = status;
            var result = await RefreshAsync(cancellationToken);
            var now = time.GetMonotonicNow();
            status = schedule.After(result, before, now);
            Report(trigger, result, before, now);

            // The slot and the status come first, the waiting requests second: they find what they waited for.
            Interlocked.Exchange(ref refreshed, new()).SetResult();

            trigger = await WaitForTriggerAsync(cancellationToken);
        }
    }

    /// <summary>A mistake in the code of a refresh must not end the loop, and with it the whole sidecar, while a valid token is held.</summary>
    private async Task<RefreshResult> RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await refresher.RefreshAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Type and place only: a message may quote what must not be told.
            log.Broken(e.GetType().Name, e.StackTrace);
            return RefreshResult.Failed(new(RefreshOutcome.Unavailable, $"an unexpected error ({e.GetType().Name}) ended the refresh"));
        }
    }

    private async Task<RefreshTrigger> WaitForTriggerAsync(CancellationToken cancellationToken)
    {
        await using var alarm = time.CreateTimer(_ => Wake(RefreshTrigger.Scheduled), state: null, TimeUntil(status.DueAt), Timeout.InfiniteTimeSpan);
        while (true)
        {
            var trigger = await wake.Task;

            // From here on a wake counts for the next round, so that none is lost while this one is served.
            Volatile.Write(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            cancellationToken.ThrowIfCancellationRequested();

            if (trigger == RefreshTrigger.Scheduled && TimeUntil(status.DueAt) == TimeSpan.Zero)
                return trigger;

            if (slot.Current is null)
            {
                // A request needs a token. Neither the pause after a failure nor the floor between token calls is cut short for it.
                await Task.Delay(TimeUntil(status.NotBefore), time, cancellationToken);
                return trigger;
            }

            // The token has come meanwhile, or the alarm rang a moment early.
            alarm.Change(TimeUntil(status.DueAt), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan TimeUntil(TimeSpan moment)
    {
        var left = moment - time.GetMonotonicNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Each success, each refusal; of other failures the first of a kind, so that an outage is told once and not with every attempt.</summary>
    private void Report(RefreshTrigger trigger, RefreshResult result, RefreshStatus before, TimeSpan now)
    {
        if (result.Token is { } token)
            log.Refreshed(result.Outcome, trigger, (long)(token.ExpiresAt - now).TotalSeconds);
        else if (result.Failure!.Outcome == RefreshOutcome.Rejected)
            log.Refused(trigger, result.Failure.Reason, (long)(status.DueAt - now).TotalSeconds);
        else if (before.Failure?.Outcome != result.Failure.Outcome)
            log.Failed(result.Outcome, trigger, result.Failure.Reason, (long)(status.DueAt - now).TotalSeconds);
    }
}
