namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>What a look at the shared store brought: a token only when one was adopted.</summary>
internal readonly record struct LookResult(LookOutcome Outcome, AccessToken? Token = null);
