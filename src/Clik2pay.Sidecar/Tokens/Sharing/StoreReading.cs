namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The result of reading the shared store.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Token">The token that was found. Its lifetime is never overestimated, even if the read was slow.</param>
internal sealed record StoreReading(StoreOutcome Outcome, AccessToken? Token)
{
    public static readonly StoreReading Empty = new(StoreOutcome.Empty, Token: null);

    public static readonly StoreReading Unavailable = new(StoreOutcome.Unavailable, Token: null);

    /// <summary>The tokens that upstream has rejected at any replica, by <see cref="TokenKey.FingerprintOf"/>.</summary>
    public IReadOnlyCollection<string> Rejected { get; init; } = [];

    public static StoreReading Found(AccessToken token) => new(StoreOutcome.Found, token);
}
