using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>Exchanges tokens, and rejections of tokens, between this replica and the shared store.</summary>
internal sealed class TokenSharing(TokenSlot slot, ITokenStore store, TimeProvider time)
{
    /// <summary>The store rounds lifetimes down to milliseconds, so smaller differences than this are ignored.</summary>
    private static readonly TimeSpan LifetimeTolerance = TimeSpan.FromSeconds(1);

    private TokenIdentity? sharedRejection;

    /// <summary>
    /// Shares this replica's last rejection, and then reads the store. Withdraws this replica's tokens that the store reports as rejected.
    /// </summary>
    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        // If the store is unavailable, the read is skipped, which saves a second timeout.
        if (!await TryShareRejectionAsync(key, cancellationToken))
            return StoreReading.Unavailable;

        var reading = await store.ReadAsync(key, cancellationToken);
        foreach (var token in new[] { slot.Current, slot.Newest }.OfType<AccessToken>())
        {
            if (reading.HasRejected(token.Identity, key))
                slot.Withdraw(token);
        }

        return reading;
    }

    /// <summary>Adopts the shared token if it expires later than this replica's newest token, or if that token is in doubt.</summary>
    /// <param name="reading">A reading of the store.</param>
    /// <param name="issuedAfter">
    /// A moment of <see cref="MonotonicTime"/>. A token that was issued earlier is not adopted.
    /// </param>
    /// <param name="canSettle">Whether the current token can stay in use until the new one has settled.</param>
    /// <returns>The adopted token; null if none was adopted.</returns>
    public AccessToken? TryAdopt(StoreReading reading, TimeSpan issuedAfter, bool canSettle)
    {
        if (reading.Token is not { } token || token.IssuedAt <= issuedAfter || slot.IsReplaced(token))
            return null;

        if (slot.Newest is { } newest && newest.HasSameHeaders(token))
            return canSettle ? TryAdoptRepeated(token, newest) : null;

        TimeSpan? usedFrom = canSettle ? token.IssuedAt + token.SettlingTime : null;
        return token.IsValidAt(time.GetMonotonicNow()) && slot.TryPublish(token, usedFrom) ? token : null;
    }

    /// <summary>
    /// Writes this replica's newest token if the store has lost it, has an older one, or reports too late an expiry. A token in doubt is
    /// not written.
    /// </summary>
    /// <returns>Whether the token was written.</returns>
    public async ValueTask<bool> TryWriteBackAsync(TokenKey key, StoreReading reading, CancellationToken cancellationToken) =>
        reading.IsAvailable
            && slot is { EarlyRefreshTrigger: null, Current: not null, Newest: { } newest }
            && !IsStored(newest, reading)
            && await store.WriteAsync(key, newest, cancellationToken);

    /// <summary>Writes a fetched token to the shared store.</summary>
    /// <param name="key">The key of the credentials that the token was issued for.</param>
    /// <param name="token">The token.</param>
    /// <param name="revoked">A token that all replicas must stop using. Null if all current tokens can stay in use.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    public async ValueTask ShareAsync(TokenKey key, AccessToken token, AccessToken? revoked, CancellationToken cancellationToken)
    {
        if (revoked is not null)
            await store.RejectAsync(key, revoked, cancellationToken);
        await store.WriteAsync(key, token, cancellationToken);
    }

    /// <summary>
    /// The token endpoint may have returned the current token again to another replica, with the remaining time as its lifetime. A
    /// scheduled refresh would get the same response, so this replica takes over that lifetime, and keeps its own expiry.
    /// </summary>
    private AccessToken? TryAdoptRepeated(AccessToken token, AccessToken newest)
    {
        var isRepeated = newest.Lifetime - token.Lifetime > LifetimeTolerance && !HasLateExpiry(token, newest);
        if (!isRepeated || slot.EarlyRefreshTrigger is not null || !newest.IsValidAt(time.GetMonotonicNow()))
            return null;

        var repeated = newest.WithLifetime(token.Lifetime);
        return slot.TryPublish(repeated) ? repeated : null;
    }

    private bool IsStored(AccessToken newest, StoreReading reading) =>
        reading.Token is { } token && newest.HasSameHeaders(token) && !slot.IsReplaced(token) && !HasLateExpiry(token, newest);

    /// <summary>Whether the shared expiry is wrong because the store's clock was set back. This replica's expiry is then right.</summary>
    private static bool HasLateExpiry(AccessToken shared, AccessToken own) =>
        shared.ExpiresAt - own.ExpiresAt > ITokenStore.ExpiryTolerance;

    /// <summary>Shares each rejection of this replica once.</summary>
    /// <returns>False if the store is unavailable.</returns>
    private async ValueTask<bool> TryShareRejectionAsync(TokenKey key, CancellationToken cancellationToken)
    {
        if (slot.LastRejected is not { } token || token.Identity == sharedRejection)
            return true;

        if (!await store.RejectAsync(key, token, cancellationToken))
            return false;

        sharedRejection = token.Identity;
        return true;
    }
}
