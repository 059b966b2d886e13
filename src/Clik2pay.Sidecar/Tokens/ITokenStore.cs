namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Where replicas share their access token. The store is for thrift, not for truth: what it holds that is no token of ours reads as nothing,
/// and where it cannot be reached a replica fetches for itself.
/// </summary>
internal interface ITokenStore
{
    /// <summary>Whether it can lose what was written. Then who holds a token looks now and then whether it is still there.</summary>
    bool CanForget { get; }

    /// <summary>How it was at the last visit.</summary>
    StoreStatus Status { get; }

    /// <summary>Looks for the token under this key.</summary>
    ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken);

    /// <summary>Writes the token over nothing, or over one that expires earlier; a longer-lived one stays. A store that is away loses it.</summary>
    /// <returns>Whether it was written.</returns>
    ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken);
}
