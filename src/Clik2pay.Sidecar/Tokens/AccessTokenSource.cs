using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>The narrow face of the way of a token: what the way of a request sees of it.</summary>
internal sealed class AccessTokenSource(TokenSlot slot, RefreshLoop loop, TimeProvider time, ILogger<AccessTokenSource> log)
{
    /// <summary>How long a request without a token waits for one before it is answered.</summary>
    public static readonly TimeSpan Patience = TokenEndpointClient.Timeout;

    /// <summary>Between two refreshes that were forced by a 401. An upstream that refuses every token must not cost a token call each time.</summary>
    public static readonly TimeSpan ForcedRefreshFloor = TimeSpan.FromSeconds(30);

    private readonly Lock rejecting = new();
    private TimeSpan nextForcedRefresh = TimeSpan.MinValue;
    private CredentialSet? forcedFor;
    private AccessToken? kept;

    /// <summary>The token to send now, without waiting; null when none is valid.</summary>
    public AccessToken? Current => slot.Current;

    public RefreshStatus Status => loop.Status;

    /// <summary>The token to send, after a bounded wait for the refresh that brings it; null when none can be had.</summary>
    public async ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        // Taken before the slot is read: a refresh that ends between the two is then not waited for in vain.
        var refresh = loop.NextRefresh;
        if (slot.Current is { } token)
            return token;

        if (loop.Status.IsPausedAt(time.GetMonotonicNow()))
            return null;

        using var wait = SidecarActivities.StartWait();
        loop.Wake(RefreshTrigger.Expired);
        try
        {
            // The refresh is nobody's child: all who waited for it link to it.
            var waitedFor = await refresh.WaitAsync(Patience, time, cancellationToken);
            if (waitedFor != default)
                wait?.AddLink(new(waitedFor));
        }
        catch (TimeoutException)
        {
            // The answer to the caller is the same as after a failed refresh.
        }

        // The loop ends the wait of all who wait, one after the other; none of them goes on at its expense.
        await Task.Yield();
        return slot.Current;
    }

    /// <summary>
    /// Told of a 401: drops the token that was sent, if it is still the held one, and gives its successor, after the same bounded wait. Of a
    /// wave of 401s to one token the first has this effect, and all get the one successor.
    /// </summary>
    /// <param name="authorization">The Authorization header that upstream answered with 401.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Another token than that; null when there is none.</returns>
    public async ValueTask<AccessToken?> ReplaceAsync(string authorization, CancellationToken cancellationToken)
    {
        Reject(authorization);
        return await GetAsync(cancellationToken) is { } token && !IsSame(token, authorization) ? token : null;
    }

    /// <summary>Told of a 401 to a request that cannot be sent again: the same without the wait.</summary>
    /// <param name="authorization">The Authorization header that upstream answered with 401.</param>
    public void Reject(string authorization)
    {
        lock (rejecting)
        {
            if (slot.Current is not { } token || !IsSame(token, authorization))
                return;

            // Within the floor the token stays: when upstream refuses its successor too, the token was not what was wrong.
            var now = time.GetMonotonicNow();
            if (now < nextForcedRefresh && token.Credentials == forcedFor)
            {
                if (kept != token)
                    log.RejectedAgain((long)(nextForcedRefresh - now).TotalSeconds);
                kept = token;
                return;
            }

            if (!slot.TryReject(token))
                return;

            (nextForcedRefresh, forcedFor) = (now + ForcedRefreshFloor, token.Credentials);
        }

        log.Rejected();
        loop.Wake(RefreshTrigger.Unauthorized);
    }

    private static bool IsSame(AccessToken token, string authorization) => string.Equals(token.Authorization, authorization, StringComparison.Ordinal);
}
