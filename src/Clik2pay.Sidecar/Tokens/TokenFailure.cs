namespace Clik2pay.Sidecar.Tokens;

/// <summary>Why no access token could be had.</summary>
/// <param name="Outcome">The kind of failure; it decides how long to wait before the next attempt.</param>
/// <param name="Reason">A sentence part for people: what happened, to which address. Never a secret, never the provider's raw answer.</param>
/// <param name="RetryAfter">How long the token endpoint asked to be left alone (RFC 9110, section 10.2.3), more than zero; null when it did not ask.</param>
internal sealed record TokenFailure(RefreshOutcome Outcome, string Reason, TimeSpan? RetryAfter = null);
