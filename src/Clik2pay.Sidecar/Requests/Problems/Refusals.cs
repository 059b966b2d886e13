using System.Diagnostics.CodeAnalysis;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// The problems of requests that are refused. Each refusal closes the connection, because the remaining input is not trusted.
/// </summary>
internal static class Refusals
{
    public static readonly Problem NotAPath = BadRequest(RefusalReason.Target,
        "The request target is not a path. Call the sidecar directly, not as an HTTP proxy.");

    /// <summary>A server that ignores the body would read it as the next request on the connection (RFC 9110, section 9.3.1).</summary>
    public static readonly Problem BodyNotAllowed = BadRequest(RefusalReason.Framing,
        "A GET or HEAD request must not have a body, because servers interpret it differently. Remove the body, or use POST.");

    public static Problem BadRequest(RefusalReason reason, string detail) =>
        Create(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, reason, detail);

    public static Problem CallerRefused(RefusalReason reason, string detail) =>
        Create(StatusCodes.Status403Forbidden, ErrorCode.CallerRefused, reason, detail);

    public static Problem Create(int status, ErrorCode code, RefusalReason reason, string detail, string? allow = null) =>
        new(code, detail) { Status = status, Refusal = reason, Allow = allow, ClosesConnection = true };

    /// <summary>
    /// Explains why the server could not read a request. The server's messages are not used, because they quote the request.
    /// </summary>
    [SuppressMessage("Style", "IDE0072", Justification = "Every other status reports a malformed request.")]
    public static Problem FromServer(BadHttpRequestException e) => e.StatusCode switch
    {
        // The server uses this status for a target that only another method allows: an asterisk (OPTIONS), or a host and port (CONNECT).
        StatusCodes.Status405MethodNotAllowed => NotAPath,
        StatusCodes.Status408RequestTimeout => Create(e, RefusalReason.Timeout,
            "The request was not received completely in time. Send it without pauses."),
        StatusCodes.Status411LengthRequired => Create(e, RefusalReason.Framing,
            "The request has a body without a length. Send Content-Length or Transfer-Encoding: chunked."),
        StatusCodes.Status413PayloadTooLarge => Create(e, RefusalReason.BodyTooLarge,
            "The request's body is larger than Sidecar:MaxRequestBodyBytes or the route's MaxRequestBodySize in proxy.json allows."),
        StatusCodes.Status414UriTooLong => Create(e, RefusalReason.HeadTooLarge, "The request line is longer than 8 KiB."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => Create(e, RefusalReason.HeadTooLarge,
            "The request has more than 100 headers, or more than 32 KiB of them."),
        StatusCodes.Status505HttpVersionNotsupported => Create(e, RefusalReason.Malformed,
            "The request is not HTTP/1.1. Turn HTTP/2 off in the client."),
        _ => Create(e, RefusalReason.Malformed, "The request is not valid HTTP/1.1 (RFC 9112), or its body is incomplete."),
    };

    private static Problem Create(BadHttpRequestException e, RefusalReason reason, string detail) =>
        Create(e.StatusCode, ErrorCode.BadRequest, reason, detail);
}
