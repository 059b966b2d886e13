namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>What one refresh brought: a token and where it came from, or why there is none, or neither when it was put off.</summary>
internal sealed record RefreshResult(RefreshOutcome Outcome, AccessToken? Token, TokenFailure? Failure)
{
    public static readonly RefreshResult Deferred = new(RefreshOutcome.Deferred, Token: null, Failure: null);

    public static RefreshResult Fetched(AccessToken token) => new(RefreshOutcome.Success, token, Failure: null);

    public static RefreshResult Adopted(AccessToken token) => new(RefreshOutcome.Adopted, token, Failure: null);

    public static RefreshResult Failed(TokenFailure failure) => new(failure.Outcome, Token: null, failure);
}
