namespace Clik2pay.Sidecar.Requests.State;

/// <summary>Why the sidecar answered by itself. On the wire in snake case, in the header <c>Clik2pay-Sidecar-Error</c>.</summary>
internal enum ErrorCode
{
    /// <summary>No valid access token, and the last refresh failed for a reason that may pass. A retry can help.</summary>
    TokenUnavailable,

    /// <summary>No valid access token, and the token endpoint refused the credentials at the last refresh. A person must act.</summary>
    CredentialsRefused,

    UpstreamUnreachable,
    UpstreamTimeout,
    NoRoute,
    CallerRefused,
    BadRequest,
    ShuttingDown,
    InternalError,
}
