using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>A failure as it is reported to the caller (RFC 9457).</summary>
/// <param name="Code">The reason, for programs.</param>
/// <param name="Detail">
/// The reason, for people: what happened, to which address, and what to do. The text contains no secret and nothing that the caller sent.
/// </param>
internal sealed record Problem(ErrorCode Code, string Detail)
{
    public static readonly Problem NoRoute = new(ErrorCode.NoRoute,
        "The path has no route in proxy.json. By default, paths that begin with /open/v1/ have one.");

    public static readonly Problem Stopping = ShuttingDown("The request was not sent, because the sidecar is stopping. Try again in 1 s.");

    /// <summary>The HTTP status, 400 to 599. A bad request can have another status than the usual one of its code.</summary>
    public int Status { get; init; } = StatusOf(Code);

    /// <summary>Why the request was refused; null if the failure is not the caller's.</summary>
    public RefusalReason? Refusal { get; init; }

    /// <summary>The value of the Retry-After header, in seconds; null to send no such header.</summary>
    public long? RetryAfter { get; init; }

    /// <summary>The value of the Allow header; null to send no such header.</summary>
    public string? Allow { get; init; }

    /// <summary>The value of the WWW-Authenticate header; null to send no such header.</summary>
    public string? Challenge { get; init; }

    /// <summary>The error code for OAuth clients (RFC 6749, section 5.2); null if the request is not a token request.</summary>
    public string? OAuthError { get; init; }

    /// <summary>Whether the connection is closed after the response, so that the remaining input is not read as a request.</summary>
    public bool ClosesConnection { get; init; }

    public static Problem ShuttingDown(string detail) => new(ErrorCode.ShuttingDown, detail) { RetryAfter = 1 };

    /// <summary>The usual status of a code.</summary>
    public static int StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.TokenUnavailable or ErrorCode.CredentialsRefused or ErrorCode.ShuttingDown => StatusCodes.Status503ServiceUnavailable,
        ErrorCode.UpstreamUnreachable => StatusCodes.Status502BadGateway,
        ErrorCode.UpstreamTimeout => StatusCodes.Status504GatewayTimeout,
        ErrorCode.NoRoute => StatusCodes.Status404NotFound,
        ErrorCode.CallerRefused or ErrorCode.OperationNotAllowed => StatusCodes.Status403Forbidden,
        ErrorCode.BadRequest or ErrorCode.MerchantTransactionIdRequired => StatusCodes.Status400BadRequest,
        ErrorCode.InternalError => StatusCodes.Status500InternalServerError,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "The code has no status."),
    };
}
