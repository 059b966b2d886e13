using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>What the request pipeline sees of the token lifecycle.</summary>
internal sealed class AccessTokenSource(TokenSlot slot, RefreshLoop loop, TimeProvider time, ILogger<AccessTokenSource> log)
{
    /// <summary>How long a request without a token waits for one before it is answered.</summary>
    public static readonly TimeSpan Patience = TokenEndpointClient.Timeout;

    /// <summary>How long requests wait for the successor of a token that may have expired. It starts with the first request.</summary>
    public static readonly TimeSpan SuspectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Between two refreshes that were forced by a 401, or by the wall clock. An upstream that refuses every token must not cost a token
    /// call each time.
    /// </summary>
    public static readonly TimeSpan ForcedRefreshFloor = TimeSpan.FromSeconds(30);

    private readonly Lock rejecting = new();
    private AccessToken? kept;
    private SuspectToken? suspectToken;

    /// <summary>The token to send now, without waiting; null when none is valid.</summary>
    public AccessToken? Current => slot.Current;

    public RefreshStatus Status => loop.Status;

    /// <summary>The token to send now; null if the request must wait for one with <see cref="GetAsync"/>.</summary>
    public AccessToken? TryGet()
    {
        var now = time.GetMonotonicNow();
        if (slot.GetCurrent(now) is not { } token)
            return null;

        // After a suspend, the first request can arrive before the timers fire.
        if (now >= loop.Status.DueAt)
            loop.Wake(RefreshTrigger.Scheduled);

        var mustWait = token.IsSuspectAt(time.GetWallOffset(now)) && loop.CanFollowClock(now) && !HasWaitedFor(token, now);
        return mustWait ? null : token;
    }

    /// <summary>The token to send, after a bounded wait for the refresh that brings it; null when none can be obtained.</summary>
    public async ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        // Taken before the slot is read: a refresh that ends between the two is then not waited for in vain.
        var refresh = loop.NextRefresh;
        if (TryGet() is { } ready)
            return ready;

        var now = time.GetMonotonicNow();
        var token = slot.GetCurrent(now);
        if (loop.Status.IsPausedAt(now))
            return token;

        var trigger = token is null ? RefreshTrigger.Expired : RefreshTrigger.ClockChange;
        var timeout = token is null ? Patience : GetRemainingWait(token, now);
        using var wait = TokenSpans.StartWait();
        loop.Wake(trigger);
        try
        {
            // The refresh is nobody's child: all who waited for it link to it.
            var waitedFor = await refresh.WaitAsync(timeout, time, cancellationToken);
            if (waitedFor != default)
                wait?.AddLink(new(waitedFor));
        }
        catch (TimeoutException)
        {
            // The response to the caller is the same as after a failed refresh.
        }

        // The loop ends the wait of all who wait, one after the other; none of them goes on at its expense.
        await Task.Yield();
        return slot.Current;
    }

    /// <summary>
    /// After a 401: drops the token that was sent, if it is still the current one, and returns its successor after the same bounded wait.
    /// Of several 401s to one token, only the first drops it. All of them get the same successor.
    /// </summary>
    /// <param name="authorization">The Authorization header that upstream rejected with 401.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A token other than the rejected one. Null if no such token can be obtained.</returns>
    public async ValueTask<AccessToken?> ReplaceAsync(string authorization, CancellationToken cancellationToken)
    {
        Reject(authorization);
        return await GetAsync(cancellationToken) is { } token && !IsSame(token, authorization) ? token : null;
    }

    /// <summary>After a 401 to a request that cannot be sent again: the same without the wait.</summary>
    /// <param name="authorization">The Authorization header that upstream rejected with 401.</param>
    public void Reject(string authorization)
    {
        lock (rejecting)
        {
            if (slot.Current is not { } token || !IsSame(token, authorization))
                return;

            // Within the floor the token stays: when upstream refuses its successor too, the token was not what was wrong.
            var now = time.GetMonotonicNow();
            if (slot.LastRejection is { } last && last.At + ForcedRefreshFloor > now && last.Token.Credentials == token.Credentials)
            {
                if (kept != token)
                    log.RejectedAgain((long)(last.At + ForcedRefreshFloor - now).TotalSeconds);
                kept = token;
                return;
            }

            if (!slot.TryReject(token))
                return;
        }

        log.Rejected();
        loop.Wake(RefreshTrigger.Unauthorized);
    }

    private static bool IsSame(AccessToken token, string authorization) => string.Equals(token.Authorization, authorization, StringComparison.Ordinal);

    private bool HasWaitedFor(AccessToken token, TimeSpan now) =>
        Volatile.Read(ref suspectToken) is { } current && current.Token == token && now >= current.WaitUntil;

    private TimeSpan GetRemainingWait(AccessToken token, TimeSpan now)
    {
        var before = Volatile.Read(ref suspectToken);
        if (before?.Token != token)
        {
            var after = new SuspectToken(token, now + SuspectTimeout);
            before = Interlocked.CompareExchange(ref suspectToken, after, before) is { } other && other.Token == token ? other : after;
        }

        return MonotonicTime.Max(before.WaitUntil - now, TimeSpan.Zero);
    }

    /// <summary>A token that may have expired, and the time until which requests wait for its successor.</summary>
    private sealed record SuspectToken(AccessToken Token, TimeSpan WaitUntil);
}
