namespace Clik2pay.Sidecar.Tokens;

/// <summary>How a refresh ended, for metrics, log and status page.</summary>
internal enum RefreshOutcome
{
    /// <summary>The token endpoint returned a token.</summary>
    Success,

    /// <summary>The shared store had another replica's token. The token endpoint was not called.</summary>
    Adopted,

    /// <inheritdoc cref="FailureKind.Refused"/>
    /// <remarks>The name differs because users rely on the value <c>rejected</c> of the metric label <c>outcome</c>.</remarks>
    Rejected,

    /// <inheritdoc cref="FailureKind.Throttled"/>
    Throttled,

    /// <inheritdoc cref="FailureKind.Unavailable"/>
    Unavailable,

    /// <inheritdoc cref="FailureKind.InvalidResponse"/>
    InvalidResponse,

    /// <summary>
    /// The shared store was unavailable. The current token is valid for long enough to try again later, so no token was fetched.
    /// </summary>
    Deferred,
}
