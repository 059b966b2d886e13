using System.Diagnostics.CodeAnalysis;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>The answer to a request that goes no further.</summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Code">What programs read.</param>
/// <param name="Reason">What is counted.</param>
/// <param name="Detail">What people read. Nothing that the caller sent is quoted.</param>
internal sealed record Refusal(int Status, ErrorCode Code, RejectionReason Reason, string Detail)
{
    public static readonly Refusal NotAPath = BadRequest(RejectionReason.Target, "The request target is not a path. Call the sidecar directly, not as an HTTP proxy.");

    /// <summary>A server that ignores the body would read it as the next request on the connection (RFC 9110, section 9.3.1).</summary>
    public static readonly Refusal BodyNotAllowed = BadRequest(RejectionReason.Framing,
        "A GET or HEAD request must not have a body, because servers interpret it differently. Remove the body, or use POST.");

    public static Refusal BadRequest(RejectionReason reason, string detail) => new(StatusCodes.Status400BadRequest, ErrorCode.BadRequest, reason, detail);

    public static Refusal CallerRefused(RejectionReason reason, string detail) => new(StatusCodes.Status403Forbidden, ErrorCode.CallerRefused, reason, detail);

    /// <summary>What the server says of a request that it could not read, in words of our own: its messages quote what was sent.</summary>
    [SuppressMessage("Style", "IDE0072", Justification = "Every other status is the server's word for a request that is malformed.")]
    public static Refusal OfServer(BadHttpRequestException exception) => exception.StatusCode switch
    {
        // Its word for a target of another method: an asterisk is for OPTIONS, a host and port for CONNECT.
        StatusCodes.Status405MethodNotAllowed => NotAPath,
        StatusCodes.Status408RequestTimeout => New(exception, RejectionReason.Timeout, "The request stopped in the middle. Send it at once and whole."),
        StatusCodes.Status411LengthRequired => New(exception, RejectionReason.Framing, "The request has a body without a length. Send Content-Length or Transfer-Encoding: chunked."),
        StatusCodes.Status413PayloadTooLarge => New(exception, RejectionReason.BodyTooLarge,
            "The request's body is larger than Sidecar:MaxRequestBodyBytes or the route's MaxRequestBodySize in proxy.json allows."),
        StatusCodes.Status414UriTooLong => New(exception, RejectionReason.HeadTooLarge, "The request line is longer than 8 KiB."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => New(exception, RejectionReason.HeadTooLarge, "The request's headers are longer than 32 KiB, or more than 100."),
        StatusCodes.Status505HttpVersionNotsupported => New(exception, RejectionReason.Malformed, "The request is not HTTP/1.1. Turn HTTP/2 off in the client."),
        _ => New(exception, RejectionReason.Malformed, "The request is not well-formed HTTP/1.1 (RFC 9112), or its body broke off."),
    };

    /// <summary>Counts it, answers, and ends the connection: whatever else came in on it is not looked at.</summary>
    public Task RespondAsync(HttpContext context, RequestMetrics metrics)
    {
        metrics.RequestRejected(Reason);
        context.Response.Headers.Connection = "close";
        return ProblemResponse.WriteAsync(context, Status, Code, metrics, Detail);
    }

    private static Refusal New(BadHttpRequestException exception, RejectionReason reason, string detail) => new(exception.StatusCode, ErrorCode.BadRequest, reason, detail);
}
