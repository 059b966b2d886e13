namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Credentials that are to bring a token, and how the attempts so far have gone.</summary>
internal sealed record Candidate(TokenKey Key, RefreshStatus Status);
