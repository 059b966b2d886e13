namespace Clik2pay.Sidecar.Tokens;

/// <summary>What a look into the shared store brought.</summary>
internal sealed record StoreReading(StoreOutcome Outcome, StoredToken? Token)
{
    public static readonly StoreReading Empty = new(StoreOutcome.Empty, Token: null);

    public static readonly StoreReading Unavailable = new(StoreOutcome.Unavailable, Token: null);

    public static StoreReading Found(StoredToken token) => new(StoreOutcome.Found, token);
}
