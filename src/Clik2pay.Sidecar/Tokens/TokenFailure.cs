namespace Clik2pay.Sidecar.Tokens;

/// <summary>Why no access token was obtained.</summary>
/// <param name="Kind">The kind of failure. It decides how long to wait before the next attempt.</param>
/// <param name="Reason">
/// A part of a sentence for people: what happened, and at which address. The text contains no secrets and no text of the provider.
/// </param>
/// <param name="Pause">
/// How long no replica should call the token endpoint. Either the token endpoint requested the pause (RFC 9110, section 10.2.3), or a
/// replica shared it with the failure. More than zero; null if each replica decides for itself.
/// </param>
internal sealed record TokenFailure(FailureKind Kind, string Reason, TimeSpan? Pause = null)
{
    /// <summary>The outcome of a refresh that ends with this failure.</summary>
    public RefreshOutcome Outcome => Kind switch
    {
        FailureKind.Refused => RefreshOutcome.Rejected,
        FailureKind.Throttled => RefreshOutcome.Throttled,
        FailureKind.InvalidResponse => RefreshOutcome.InvalidResponse,
        _ => RefreshOutcome.Unavailable,
    };
}
