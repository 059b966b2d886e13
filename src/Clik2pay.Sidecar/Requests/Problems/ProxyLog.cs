namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>What the way of a request tells the log. Event ids 1200 to 1299.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(1200, LogLevel.Information, "Routes in force: {Count}.")]
    public static partial void RoutesTaken(this ILogger log, int count);

    [LoggerMessage(1201, LogLevel.Error, "The edit of the routes is refused. The previous routes stay in use. {Error}")]
    public static partial void EditRefused(this ILogger log, string error);

    [LoggerMessage(1202, LogLevel.Warning, "The API {Upstream} {Reason}. Request sent: {Sent}. "
        + "Further failures are not logged until a valid response arrives. To test the connection, run clik2pay-sidecar check.")]
    public static partial void UpstreamFails(this ILogger log, Uri upstream, string reason, string sent);

    [LoggerMessage(1203, LogLevel.Information, "The API {Upstream} responds again.")]
    public static partial void UpstreamRecovered(this ILogger log, Uri upstream);

    [LoggerMessage(1204, LogLevel.Error, "A request ended with an unexpected {ErrorType}. Please report this.\n{StackTrace}")]
    public static partial void Broken(this ILogger log, string errorType, string? stackTrace);
}
