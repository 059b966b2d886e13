namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Where replicas share their access token. The store is for thrift, not for truth: what it holds that is no token of ours reads as nothing,
/// and where it cannot be reached a replica fetches for itself.
/// </summary>
internal interface ITokenStore
{
    /// <summary>Two replicas may know expiries of one token that differ by this much, because they measured them at different moments.</summary>
    static readonly TimeSpan ExpiryTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Whether it can lose what was written. Then who holds a token looks now and then whether it is still there.</summary>
    bool CanForget { get; }

    /// <summary>How it was at the last visit.</summary>
    StoreStatus Status { get; }

    /// <summary>Looks for the token under this key.</summary>
    ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the token over nothing, over one that expires earlier, or over itself. Another one that expires later stays. A token that was
    /// rejected is not written. A store that is away loses the token.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);

    /// <summary>Records for all replicas that upstream has rejected the token, and removes exactly that token.</summary>
    /// <returns>Whether the others will see it.</returns>
    ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);
}
