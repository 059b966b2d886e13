using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>Exchanges tokens, and rejections of tokens, between this replica and the shared store.</summary>
internal sealed class TokenSharing(TokenSlot slot, ITokenStore store, TimeProvider time)
{
    /// <summary>A lifetime loses its fraction of a millisecond in the store.</summary>
    private static readonly TimeSpan LifetimeTolerance = TimeSpan.FromSeconds(1);

    private Rejection? sharedRejection;

    /// <summary>Adopts the shared token if it expires later than this replica's newest one and fulfills the request.</summary>
    public async ValueTask<LookResult> AdoptAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        // If the store is unavailable, this costs one timeout instead of two.
        if (!await TryShareRejectionAsync(request.Key, cancellationToken))
            return new(LookOutcome.Unavailable);

        var reading = await store.ReadAsync(request.Key, cancellationToken);
        if (reading.Outcome == StoreOutcome.Unavailable)
            return new(LookOutcome.Unavailable);

        WithdrawRejected(request.Key, reading);
        if (reading.Token is not { } token || token.IssuedAt <= request.IssuedAfter || slot.IsReplaced(token))
            return new(LookOutcome.Behind);

        if (slot.Newest is { } newest && newest.IsSentAs(token))
            return AdoptSame(request, token, newest);

        TimeSpan? usedFrom = request.CanSettle ? token.IssuedAt + token.SettlingTime : null;
        if (!token.IsValidAt(time.GetMonotonicNow()) || !slot.TryPublish(token, usedFrom))
            return new(LookOutcome.Behind);

        return new(LookOutcome.Adopted, token);
    }

    /// <summary>The store has the same token as this replica. This replica never extends the expiry of its token.</summary>
    private LookResult AdoptSame(RefreshRequest request, AccessToken token, AccessToken newest)
    {
        // The store's clock was set back, so this replica's expiry is the right one.
        if (token.ExpiresAt - newest.ExpiresAt > ITokenStore.ExpiryTolerance)
            return new(LookOutcome.Behind);

        // The token endpoint has returned the token again to another replica, with the remaining time as its lifetime. A scheduled refresh
        // would get the same response. A refresh for another reason needs another token.
        var isRepeated = newest.Lifetime - token.Lifetime > LifetimeTolerance;
        if (isRepeated && request.CanSettle && slot.EarlyRefreshTrigger is null && newest.IsValidAt(time.GetMonotonicNow()))
        {
            var repeated = newest.WithLifetime(token.Lifetime);
            if (slot.TryPublish(repeated))
                return new(LookOutcome.Adopted, repeated);
        }

        return new(LookOutcome.InPlace);
    }

    /// <summary>
    /// Polls the store without a refresh. Adopts a token that expires later than this replica's newest one. Writes the newest one if the
    /// store has lost it or reports too late an expiry. A token that may have expired is not written.
    /// </summary>
    public async Task<LookResult> PollAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var look = await AdoptAsync(new(key, RefreshTrigger.Scheduled, TimeSpan.MinValue, RefreshStatus.Initial), cancellationToken);
        var canWrite = look.Outcome == LookOutcome.Behind && slot.EarlyRefreshTrigger is null && slot.Current is not null;
        return canWrite && slot.Newest is { } newest && await store.WriteAsync(key, newest, cancellationToken)
            ? new(LookOutcome.WrittenBack)
            : look;
    }

    /// <summary>Writes a fetched token. For an operator, the previous token is rejected too, so that all replicas stop using it.</summary>
    public async ValueTask ShareAsync(RefreshRequest request, AccessToken token, AccessToken? replaced, CancellationToken cancellationToken)
    {
        if (request.Trigger == RefreshTrigger.Operator && replaced is not null && !replaced.HasSameValue(token))
            await store.RejectAsync(request.Key, replaced, cancellationToken);
        await store.WriteAsync(request.Key, token, cancellationToken);
    }

    /// <summary>Shares each rejection once.</summary>
    /// <returns>False if the store is unavailable.</returns>
    private async ValueTask<bool> TryShareRejectionAsync(TokenKey key, CancellationToken cancellationToken)
    {
        if (slot.LastRejection is not { } rejection || rejection == sharedRejection)
            return true;

        if (!await store.RejectAsync(key, rejection.Token, cancellationToken))
            return false;

        sharedRejection = rejection;
        return true;
    }

    private void WithdrawRejected(TokenKey key, StoreReading reading)
    {
        if (reading.Rejected.Count == 0)
            return;

        foreach (var token in new[] { slot.Current, slot.Newest }.OfType<AccessToken>())
        {
            if (reading.Rejected.Contains(key.FingerprintOf(token), StringComparer.Ordinal))
                slot.Withdraw(token);
        }
    }
}
