namespace Clik2pay.Sidecar.Requests.State;

/// <summary>Why the sidecar generated a response. In snake case it is the value of the header <c>Clik2pay-Sidecar-Error</c>.</summary>
internal enum ErrorCode
{
    /// <summary>There is no valid access token, and the last refresh failed for a temporary reason. A retry can help.</summary>
    TokenUnavailable,

    /// <summary>There is no valid access token, and the token endpoint refused the credentials. A person must correct them.</summary>
    CredentialsRefused,

    UpstreamUnreachable,
    UpstreamTimeout,
    NoRoute,
    CallerRefused,

    /// <summary>The caller is known, and may not use this operation.</summary>
    OperationNotAllowed,

    /// <summary>A create or a payment has no valid <c>merchantTransactionId</c>, or the sidecar cannot check whether it has one.</summary>
    MerchantTransactionIdRequired,

    BadRequest,
    ShuttingDown,
    InternalError,
}
