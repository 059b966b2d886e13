namespace Clik2pay.Sidecar.Tokens;

/// <summary>What a look into the shared store brought.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Token">The token that was found. However long the look took, it is never believed to live longer than it does.</param>
internal sealed record StoreReading(StoreOutcome Outcome, AccessToken? Token)
{
    public static readonly StoreReading Empty = new(StoreOutcome.Empty, Token: null);

    public static readonly StoreReading Unavailable = new(StoreOutcome.Unavailable, Token: null);

    public static StoreReading Found(AccessToken token) => new(StoreOutcome.Found, token);
}
