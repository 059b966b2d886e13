namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// Where replicas share their access token. The store is for thrift, not for truth: what it holds that is no token of ours reads as nothing,
/// and where it cannot be reached a replica fetches for itself.
/// </summary>
internal interface ITokenStore
{
    /// <summary>The expiries of one token at two replicas can differ by this much, because each replica measures its own.</summary>
    static readonly TimeSpan ExpiryTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Whether it can lose what was written. Then who holds a token looks now and then whether it is still there.</summary>
    bool CanForget { get; }

    /// <summary>How it was at the last visit.</summary>
    StoreStatus Status { get; }

    /// <summary>Looks for the token under this key.</summary>
    ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the token if the store has none, has one that expires earlier, or has the same one. Another stored token that expires later
    /// stays. A rejected token is not written. A store that is unavailable loses the token.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);

    /// <summary>Records for all replicas that upstream has rejected the token, and removes that token, but no other.</summary>
    /// <returns>Whether the rejection was recorded.</returns>
    ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);
}
