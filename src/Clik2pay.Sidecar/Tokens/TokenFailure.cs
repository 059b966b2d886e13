namespace Clik2pay.Sidecar.Tokens;

/// <summary>Why no access token was obtained.</summary>
/// <param name="Kind">The kind of failure. It decides how long to wait before the next attempt.</param>
/// <param name="Reason">
/// A part of a sentence for people: what happened, and at which address. The text contains no secrets and no text of the provider.
/// </param>
/// <param name="RetryAfter">
/// The pause that the token endpoint requested (RFC 9110, section 10.2.3), more than zero; null if it requested none.
/// </param>
internal sealed record TokenFailure(FailureKind Kind, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>The outcome of a refresh that ends with this failure.</summary>
    public RefreshOutcome Outcome => Kind switch
    {
        FailureKind.Rejected => RefreshOutcome.Rejected,
        FailureKind.Throttled => RefreshOutcome.Throttled,
        FailureKind.InvalidResponse => RefreshOutcome.InvalidResponse,
        _ => RefreshOutcome.Unavailable,
    };
}
