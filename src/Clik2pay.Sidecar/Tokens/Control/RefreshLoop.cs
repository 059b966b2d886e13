using System.Diagnostics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>
/// Keeps a valid token in the slot. Only this loop refreshes, one refresh after the other. Any number of requests without a token cost one
/// token call: they wake the loop and wait for its next refresh. Between two refreshes, the loop polls the shared store.
/// </summary>
internal sealed class RefreshLoop(
    RefreshTriggers triggers,
    RefreshState state,
    TokenRefresher refresher,
    TokenSharing sharing,
    RefreshSchedule schedule,
    Rotation rotation,
    TokenSlot slot,
    RefreshHistory history,
    TokenMetrics metrics,
    TimeProvider time,
    ILogger log)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        RefreshTrigger? trigger = RefreshTrigger.Startup;
        while (true)
        {
            if (trigger is { } reason)
                await RefreshAsync(reason, cancellationToken);
            else
                await PollAsync(cancellationToken);
            trigger = await triggers.WaitAsync(cancellationToken);
        }
    }

    private async Task RefreshAsync(RefreshTrigger trigger, CancellationToken cancellationToken)
    {
        // 1. Choose the credentials, and decide which shared tokens can be adopted.
        var request = trigger switch
        {
            RefreshTrigger.Rotation => rotation.BeginAttempt(),
            RefreshTrigger.Operator => new(rotation.InUse, trigger, IssuedAfter: state.OperatorWaitsSince!.Value, state.Status),
            _ => new(rotation.InUse, trigger, IssuedAfter: TimeSpan.MinValue, state.Status),
        };
        var startedAt = time.GetMonotonicNow();
        if (trigger == RefreshTrigger.ClockChange && request.Before.Failure is null)
            log.ClockChanged();
        using var activity = TokenSpans.StartRefresh(trigger);

        // 2. Adopt a shared token, or fetch one under the lease: steps 2.1 to 2.9 of TokenRefresher. Then the slot has the token.
        var result = await TryRefreshAsync(request, cancellationToken);

        // 3. Report the result, and let the waiting requests continue.
        activity.SetOutcome(result.Outcome);
        RefreshRecord record;
        try
        {
            record = Deliver(request, result, startedAt, activity?.Context ?? default);
        }
        finally
        {
            // 4. Share the token and release the lease. No request waits for this step.
            await TryCompleteAsync(request, result, cancellationToken);
        }

        // 5. An operator waits until the token is shared.
        if (trigger == RefreshTrigger.Operator)
            state.EndOperatorRefresh(record);
    }

    /// <summary>An error in the code of a refresh ends that refresh, not the loop, so a valid token stays in use.</summary>
    private async Task<RefreshResult> TryRefreshAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await refresher.RefreshAsync(request, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.Broken(e);
            return RefreshResult.Failed(new(FailureKind.Unavailable, $"an unexpected error ({e.GetType().Name}) ended the refresh"));
        }
    }

    private async Task TryCompleteAsync(RefreshRequest request, RefreshResult result, CancellationToken cancellationToken)
    {
        try
        {
            await refresher.CompleteAsync(request, result, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.Broken(e);
        }
    }

    /// <summary>Reports the result, and applies it to the status, the credentials in use and the waiting requests.</summary>
    private RefreshRecord Deliver(RefreshRequest request, RefreshResult result, TimeSpan startedAt, ActivityContext span)
    {
        var (trigger, now) = (request.Trigger, time.GetMonotonicNow());
        var after = schedule.After(result, request.Before, now, currentUntil: slot.Current?.ExpiresAt ?? now);
        var record = new RefreshRecord(time.GetUtcNow(), trigger, result.Outcome, now - startedAt, result.Failure?.Reason);
        metrics.TokenRefreshed(record.Outcome, trigger, record.Duration);
        history.Add(record);
        log.Report(request, result, after, now);
        if (trigger == RefreshTrigger.ClockChange)
            state.StartClockFloor(endsAt: now + RefreshSchedule.ForcedRefreshFloor);

        // New credentials that obtained no token change nothing. Requests continue to wait for a token of the current credentials.
        if (trigger == RefreshTrigger.Rotation && result.Token is null)
        {
            rotation.Postpone(request, after);
            return record;
        }

        if (trigger == RefreshTrigger.Rotation)
            rotation.Complete(request);
        else if (result.Outcome == RefreshOutcome.Rejected)
            rotation.MakeDueNow();
        state.EndRefresh(after, span);
        return record;
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = new RefreshRequest(rotation.InUse, RefreshTrigger.Scheduled, IssuedAfter: TimeSpan.MinValue, state.Status);
            var startedAt = time.GetMonotonicNow();
            var reading = await sharing.ReadAsync(request.Key, cancellationToken);
            if (sharing.TryAdopt(reading, request.IssuedAfter, request.CanSettle) is { } token)
            {
                Deliver(request, RefreshResult.Adopted(token), startedAt, span: default);
            }
            else
            {
                var hasWrittenBack = await sharing.TryWriteBackAsync(request.Key, reading, cancellationToken);
                state.Status = schedule.AfterPoll(reading.IsAvailable, hasWrittenBack, request.Before, time.GetMonotonicNow());
                if (hasWrittenBack)
                    log.WrittenBack();
            }

            if (slot.HasWithdrawnToken && state.Status.Failure is null)
            {
                log.Withdrawn();
                triggers.Wake(RefreshTrigger.Unauthorized);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.Broken(e);
            state.Status = schedule.AfterPoll(isAvailable: false, hasWrittenBack: false, state.Status, time.GetMonotonicNow());
        }
    }
}
