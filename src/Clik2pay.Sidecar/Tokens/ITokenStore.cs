namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Where replicas share their access token. The store is for thrift, not for truth: one that is away or holds nonsense reads as empty, and
/// a replica then fetches for itself.
/// </summary>
internal interface ITokenStore
{
    /// <summary>The token under this key, or null when there is none that still lives.</summary>
    ValueTask<StoredToken?> ReadAsync(TokenKey key, CancellationToken cancellationToken);

    /// <summary>Writes the token over nothing, or over one that expires earlier; a longer-lived one stays.</summary>
    ValueTask WriteAsync(TokenKey key, StoredToken token, CancellationToken cancellationToken);
}
