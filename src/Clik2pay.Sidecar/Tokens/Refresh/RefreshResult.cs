namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The result of one refresh: a token, a failure, or neither if it was deferred.</summary>
internal sealed record RefreshResult
{
    public static readonly RefreshResult Deferred = new(RefreshOutcome.Deferred);

    private RefreshResult(RefreshOutcome outcome) => Outcome = outcome;

    public RefreshOutcome Outcome { get; }

    /// <summary>The token that the slot has after the refresh. Null if the refresh obtained none.</summary>
    public AccessToken? Token { get; private init; }

    /// <summary>
    /// The lifetime by which the next refresh is scheduled, before <see cref="Token"/> expires. It is shorter than the token's own
    /// lifetime if the token endpoint now issues shorter lifetimes, or returns the same token until that token expires.
    /// </summary>
    public TimeSpan Lifetime { get; private init; }

    /// <summary>Whether the token was fetched and has to be written to the shared store.</summary>
    public bool MustBeShared { get; private init; }

    /// <summary>The previous token, if an operator has replaced it and no replica is to use it any longer.</summary>
    public AccessToken? Revoked { get; private init; }

    /// <summary>Why the refresh failed. Null if it did not.</summary>
    public TokenFailure? Failure { get; private init; }

    public static RefreshResult Fetched(AccessToken token, AccessToken? revoked = null) =>
        new(RefreshOutcome.Success) { Token = token, Lifetime = token.Lifetime, MustBeShared = true, Revoked = revoked };

    /// <summary>The token endpoint returned a token that expires no later than the current one, which stays in use.</summary>
    public static RefreshResult Unchanged(AccessToken current, TimeSpan lifetime) =>
        new(RefreshOutcome.Success) { Token = current, Lifetime = lifetime };

    public static RefreshResult Adopted(AccessToken token) => new(RefreshOutcome.Adopted) { Token = token, Lifetime = token.Lifetime };

    public static RefreshResult Failed(TokenFailure failure) => new(failure.Outcome) { Failure = failure };
}
