namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>The log messages about failed requests. Event ids 1202 to 1204.</summary>
internal static partial class FailureLog
{
    [LoggerMessage(1202, LogLevel.Warning, "The API {Upstream} {Reason}. Request sent: {Sent}. "
        + "Further failures are not logged until a valid response arrives. To test the connection, run clik2pay-sidecar check.")]
    public static partial void UpstreamFails(this ILogger log, Uri upstream, string reason, string sent);

    [LoggerMessage(1203, LogLevel.Information, "The API {Upstream} responds again.")]
    public static partial void UpstreamRecovered(this ILogger log, Uri upstream);

    [LoggerMessage(1204, LogLevel.Error, "A request ended with an unexpected {ErrorType}. Please report this.\n{StackTrace}")]
    public static partial void RequestFailed(this ILogger log, string errorType, string? stackTrace);
}
