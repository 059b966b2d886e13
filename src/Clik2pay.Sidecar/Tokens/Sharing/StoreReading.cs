namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The result of reading the shared store.</summary>
internal sealed record StoreReading
{
    public static readonly StoreReading Empty = new();

    public static readonly StoreReading Unavailable = new() { IsAvailable = false };

    /// <summary>False if the store was unreachable or did not respond in time.</summary>
    public bool IsAvailable { get; private init; } = true;

    /// <summary>
    /// The valid token in the store. Null if the store is empty or contains an invalid value. The lifetime of the token is never
    /// overestimated, even if the read was slow.
    /// </summary>
    public AccessToken? Token { get; init; }

    /// <summary>
    /// The fingerprints (<see cref="TokenKey.FingerprintOf"/>) of tokens that upstream rejected at any replica, or that an operator
    /// replaced.
    /// </summary>
    public IReadOnlyCollection<string> Rejected { get; init; } = [];

    public static StoreReading Found(AccessToken token) => new() { Token = token };

    public bool HasRejected(TokenIdentity token, TokenKey key) =>
        Rejected.Count > 0 && Rejected.Contains(key.FingerprintOf(token), StringComparer.Ordinal);
}
