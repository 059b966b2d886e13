using System.Diagnostics;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Keeps the slot filled. This loop alone refreshes, one refresh after the other, so that any number of requests in need of a token
/// cost one token call: they wake the loop and wait for the refresh that it makes (single-flight without a lock). Between two refreshes it
/// looks after the token that replicas share. Other credentials are a refresh too, with a token of theirs or without any effect.
/// </summary>
internal sealed class RefreshLoop(
    TokenKey key,
    TokenRefresher refresher,
    RefreshSchedule schedule,
    TokenSlot slot,
    RefreshHistory history,
    SidecarMetrics metrics,
    TimeProvider time,
    ILogger<RefreshLoop> log)
{
    /// <summary>
    /// That another replica has had a token with other credentials within this time, and since the last rotation, is proof that they are accepted: kubelet
    /// renews the files of a fleet within two minutes or so. An older token may be of a time before these credentials were disabled, and are now put back.
    /// </summary>
    private static readonly TimeSpan OldestProof = TimeSpan.FromMinutes(5);

    private TaskCompletionSource<RefreshTrigger> wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<ActivityContext> refreshed = new();
    private volatile RefreshStatus status = RefreshStatus.Initial;
    private volatile TokenKey inUse = key;
    private Candidate? candidate;
    private TimeSpan? rotatedAt;

    public RefreshStatus Status => status;

    public CredentialSet CredentialsInUse => inUse.Credentials;

    /// <summary>Ends with the refresh that is under way, or else with the next one, however that ends, and tells which it was in traces.</summary>
    public Task<ActivityContext> NextRefresh => Volatile.Read(ref refreshed).Task;

    /// <summary>Asks for a refresh. Without effect while a valid token is held or the loop pauses.</summary>
    public void Wake(RefreshTrigger trigger) => Volatile.Read(ref wake).TrySetResult(trigger);

    /// <summary>
    /// Offers other credentials in place of those in use. They are tried at once, and again with pauses as after any failure, until they bring
    /// a token or are replaced by another offer. Until then those in use stay.
    /// </summary>
    public void Offer(TokenKey key)
    {
        Volatile.Write(ref candidate, new(key, RefreshStatus.Initial));
        Wake(RefreshTrigger.Rotation);
    }

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
        var tried = trigger == RefreshTrigger.Rotation ? Volatile.Read(ref candidate)! : new(inUse, status);
        var (startedAt, hasEnded) = (time.GetMonotonicNow(), false);
        using var activity = SidecarActivities.StartRefresh(trigger);
        End(await TryRefreshAsync(tried, End, cancellationToken));

        // For the requests that wait, a refresh ends with its token, before that is shared: no request waits for the store.
        void End(RefreshResult result)
        {
            if (hasEnded)
                return;

            hasEnded = true;
            activity.End(result.Outcome);
            Take(trigger, result, tried, startedAt, activity?.Context ?? default);
        }
    }

    /// <summary>A mistake in the code of a refresh must not end the loop, and with it the whole sidecar, while a valid token is held.</summary>
    private async Task<RefreshResult> TryRefreshAsync(Candidate tried, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        try
        {
            return await refresher.RefreshAsync(tried.Key, OldestTokenOf(tried.Key), tried.Status, onToken, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Broken(e);
        }
    }

    private TimeSpan OldestTokenOf(TokenKey key) =>
        key == inUse ? TimeSpan.MaxValue
        : rotatedAt is { } since ? Min(OldestProof, time.GetMonotonicNow() - since)
        : OldestProof;

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (held, startedAt) = (new Candidate(inUse, status), time.GetMonotonicNow());
            var look = await refresher.LookAsync(inUse, cancellationToken);
            if (look.Token is { } token)
                Take(RefreshTrigger.Scheduled, RefreshResult.Adopted(token), held, startedAt, default);
            else
                status = schedule.AfterLook(look.Outcome, held.Status, time.GetMonotonicNow());

            if (look.Outcome == LookOutcome.WrittenBack)
                log.WrittenBack();
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
            Volatile.Write(ref wake, new(TaskCreationOptions.RunContinuationsAsynchronously));
            cancellationToken.ThrowIfCancellationRequested();

            if (trigger == RefreshTrigger.Scheduled && TimeUntil(status.DueAt) == TimeSpan.Zero)
                return trigger;

            if (slot.Current is null && !IsPaused)
            {
                // A request needs a token. The floor between token calls is not cut short for it.
                await Task.Delay(TimeUntil(status.NotBefore), time, cancellationToken);
                return trigger == RefreshTrigger.Rotation ? RefreshTrigger.Expired : trigger;
            }

            // Behind the requests, of whose wake nothing else remains: others are due until they are tried.
            if (IsCandidateDue())
                return RefreshTrigger.Rotation;

            if (TimeUntil(status.LookAt) == TimeSpan.Zero)
                await LookAsync(cancellationToken);

            // The shared token was looked after, the request's token has come meanwhile, or the alarm rang a moment early.
            alarm.Change(TimeUntilAlarm(), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Requests do not wait now, but another replica may have more luck.</summary>
    private bool IsPaused => status.IsPausedAt(time.GetMonotonicNow());

    /// <summary>The next refresh, or the look before it; without a token only a look in the pause, for after it a request may bring the refresh about.</summary>
    private TimeSpan TimeUntilAlarm()
    {
        var next = status.LookAt < (slot.Current is null ? status.NotBefore : status.DueAt) ? status.LookAt : status.DueAt;
        return TimeUntil(Volatile.Read(ref candidate) is { } offered ? Min(next, offered.Status.DueAt) : next);
    }

    private bool IsCandidateDue()
    {
        if (Volatile.Read(ref candidate) is not { } offered)
            return false;

        if (offered.Key != inUse)
            return TimeUntil(offered.Status.DueAt) == TimeSpan.Zero;

        // Username and password are those in use: an offer was taken back, or the API key alone is another. Of that there is nothing to try.
        Interlocked.CompareExchange(ref candidate, null, offered);
        if (offered.Key.Credentials != inUse.Credentials)
        {
            inUse = offered.Key;
            if (slot.Current is { } held)
                slot.TryPublish(held.With(inUse.Credentials));
            log.KeyRotated();
        }

        return false;
    }

    private TimeSpan TimeUntil(TimeSpan moment)
    {
        var left = moment - time.GetMonotonicNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Take(RefreshTrigger trigger, RefreshResult result, Candidate tried, TimeSpan startedAt, ActivityContext context)
    {
        var now = time.GetMonotonicNow();
        var after = schedule.After(result, tried.Status, now);
        metrics.TokenRefreshed(result.Outcome, trigger, now - startedAt);
        history.Add(new(time.GetUtcNow(), trigger, result.Outcome, now - startedAt, result.Failure?.Reason));
        log.Report(trigger, result, tried.Status, after, now);
        if (trigger == RefreshTrigger.Rotation && !TryReplace(result, tried, after))
            return;

        // Those in use are refused: others that were refused before may be what the provider has changed to.
        if (result.Outcome == RefreshOutcome.Rejected && Volatile.Read(ref candidate) is { } offered)
            Interlocked.CompareExchange(ref candidate, offered with { Status = offered.Status with { DueAt = now } }, offered);

        // The slot and the status come first, the waiting requests second: they find what they waited for.
        status = after;
        Interlocked.Exchange(ref refreshed, new()).SetResult(context);
    }

    /// <summary>Other credentials are in use from their first token on. Without one nothing has happened to those in use, and who waits for a token of theirs goes on waiting.</summary>
    private bool TryReplace(RefreshResult result, Candidate tried, RefreshStatus after)
    {
        var hasToken = result.Token is not null;
        if (hasToken)
            (inUse, rotatedAt) = (tried.Key, time.GetMonotonicNow());

        // Unless others have been offered meanwhile.
        Interlocked.CompareExchange(ref candidate, hasToken ? null : tried with { Status = after }, tried);
        return hasToken;
    }

    private RefreshResult Broken(Exception e)
    {
        // Type and place only: a message may quote what must not be told.
        log.Broken(e.GetType().Name, e.StackTrace);
        return RefreshResult.Failed(new(RefreshOutcome.Unavailable, $"an unexpected error ({e.GetType().Name}) ended the refresh"));
    }
}
