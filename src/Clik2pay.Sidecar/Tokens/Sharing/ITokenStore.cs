namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// Where replicas share their access token. The store only saves token calls. Reading an invalid value returns no token. While the store is
/// unavailable, each replica fetches its own token.
/// </summary>
internal interface ITokenStore
{
    /// <summary>The expiries of one token at two replicas can differ by this much, because each replica computes its own expiry.</summary>
    static readonly TimeSpan ExpiryTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Whether the store can lose a token. Replicas poll such a store, and write their token again if it is missing.</summary>
    bool CanLoseTokens { get; }

    /// <summary>The state at the last operation.</summary>
    StoreStatus Status { get; }

    /// <summary>Reads the token under this key, and which tokens were rejected.</summary>
    ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the token if the store has none, has one that expires earlier, or has the same one. Another stored token that expires later
    /// stays. A rejected token is not written. While the store is unavailable, nothing is written.
    /// </summary>
    /// <returns>Whether the token was written.</returns>
    ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);

    /// <summary>
    /// Records for all replicas that upstream has rejected the token, or that an operator has replaced it. Removes this token from the
    /// store, but no other.
    /// </summary>
    /// <returns>Whether the rejection was recorded.</returns>
    ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);
}
