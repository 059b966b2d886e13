namespace Clik2pay.Sidecar.Proxy;

/// <summary>Why the sidecar answered by itself. On the wire in snake case, in the header <c>Clik2pay-Sidecar-Error</c>.</summary>
internal enum ErrorCode
{
    TokenUnavailable,
    UpstreamUnreachable,
    UpstreamTimeout,
    NoRoute,
    CallerRefused,
    BadRequest,
    ShuttingDown,
    InternalError,
}
