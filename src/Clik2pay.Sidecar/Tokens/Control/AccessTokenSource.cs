using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>Provides the request pipeline with tokens, and handles tokens that upstream has rejected.</summary>
internal sealed class AccessTokenSource(
    TokenSlot slot, RefreshState state, RefreshTriggers triggers, TimeProvider time, ILogger<AccessTokenSource> log)
{
    /// <summary>How long a request without a token waits for one.</summary>
    public static readonly TimeSpan WaitTimeout = TokenEndpointClient.Timeout;

    /// <summary>
    /// How long requests wait for the successor of a token that may have expired. The time starts with the first such request.
    /// </summary>
    public static readonly TimeSpan SuspectTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock rejecting = new();
    private (AccessToken Token, TimeSpan At)? lastRejection;
    private TokenIdentity? keptToken;
    private SuspectToken? suspectToken;

    /// <summary>The status of the refreshes, for the response to a request without a token.</summary>
    public RefreshStatus Status => state.Status;

    /// <summary>
    /// The token to send now. Null if the request must call <see cref="GetAsync"/>: either there is no valid token, or the current one may
    /// have expired according to the wall clock, so the request first waits for its successor.
    /// </summary>
    public AccessToken? TryGet()
    {
        var now = time.GetMonotonicNow();
        if (slot.GetCurrent(now) is not { } token)
            return null;

        // After a suspend, the first request can arrive before the timers fire.
        if (now >= state.Status.DueAt)
            triggers.Wake(RefreshTrigger.Scheduled);

        var mustWait = token.IsSuspectAt(time.GetWallOffset(now)) && state.CanFollowClock(now) && !HasWaitedFor(token, now);
        return mustWait ? null : token;
    }

    /// <summary>Waits for the refresh that obtains a token, with a timeout.</summary>
    /// <returns>The token to send. Null if none was obtained.</returns>
    public async ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        // This line comes before the slot is read. Otherwise, a refresh that ends between the two reads would be missed.
        var refresh = state.NextRefresh;
        if (TryGet() is { } ready)
            return ready;

        var now = time.GetMonotonicNow();
        var token = slot.GetCurrent(now);
        if (state.Status.IsPausedAt(now))
            return token;

        var trigger = token is null ? RefreshTrigger.Expired : RefreshTrigger.ClockChange;
        var timeout = token is null ? WaitTimeout : GetRemainingWait(token, now);
        using var wait = TokenSpans.StartWait();
        triggers.Wake(trigger);
        try
        {
            // A refresh has no parent span. The span of each request that waited for the refresh links to it.
            var waitedFor = await refresh.WaitAsync(timeout, time, cancellationToken);
            if (waitedFor != default)
                wait?.AddLink(new(waitedFor));
        }
        catch (TimeoutException)
        {
            // The response to the caller is the same as after a failed refresh.
        }

        // The refresh loop ends all waits on its own thread. Requests continue on other threads, so they do not delay the loop.
        await Task.Yield();
        return slot.Current;
    }

    /// <summary>
    /// After a 401: drops the token that was sent, if it is still the current one, and waits for its successor as <see cref="GetAsync"/>
    /// does. Of several 401s to one token, only the first drops the token. All requests get the same successor.
    /// </summary>
    /// <param name="authorization">The Authorization header that upstream rejected with 401.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A token other than the rejected one. Null if no such token can be obtained.</returns>
    public async ValueTask<AccessToken?> ReplaceAsync(string authorization, CancellationToken cancellationToken)
    {
        var rejected = TokenIdentity.FromAuthorization(authorization);
        Reject(rejected);
        return await GetAsync(cancellationToken) is { } token && token.Identity != rejected ? token : null;
    }

    /// <summary>After a 401 to a request that cannot be sent again: drops the token without waiting for its successor.</summary>
    /// <param name="authorization">The Authorization header that upstream rejected with 401.</param>
    public void Reject(string authorization) => Reject(TokenIdentity.FromAuthorization(authorization));

    private void Reject(TokenIdentity? rejected)
    {
        lock (rejecting)
        {
            if (slot.Current is not { } token || token.Identity != rejected)
                return;

            // If upstream soon rejects the successor of a rejected token too, the successor stays in use, because the token is unlikely to
            // be the cause.
            var now = time.GetMonotonicNow();
            var floorEndsAt = lastRejection?.At + RefreshSchedule.ForcedRefreshFloor;
            if (floorEndsAt > now && lastRejection?.Token.Credentials == token.Credentials)
            {
                if (keptToken != token.Identity)
                    log.RejectedAgain((long)(floorEndsAt.Value - now).TotalSeconds);
                keptToken = token.Identity;
                return;
            }

            if (!slot.TryReject(token))
                return;

            lastRejection = (token, now);
        }

        log.Rejected();
        triggers.Wake(RefreshTrigger.Unauthorized);
    }

    private bool HasWaitedFor(AccessToken token, TimeSpan now) =>
        Volatile.Read(ref suspectToken) is { } current && current.IsOf(token) && now >= current.WaitUntil;

    private TimeSpan GetRemainingWait(AccessToken token, TimeSpan now)
    {
        var before = Volatile.Read(ref suspectToken);
        if (before?.IsOf(token) != true)
        {
            var after = new SuspectToken(token.Identity, token.ExpiresAt, now + SuspectTimeout);
            before = Interlocked.CompareExchange(ref suspectToken, after, before) is { } other && other.IsOf(token) ? other : after;
        }

        return MonotonicTime.Max(before.WaitUntil - now, TimeSpan.Zero);
    }

    /// <summary>
    /// A token that may have expired, and the time until which requests wait for its successor. If the token endpoint returns the same
    /// token again, the token has a new expiry, which starts a new wait.
    /// </summary>
    private sealed record SuspectToken(TokenIdentity Token, TimeSpan ExpiresAt, TimeSpan WaitUntil)
    {
        public bool IsOf(AccessToken token) => token.Identity == Token && token.ExpiresAt == ExpiresAt;
    }
}
