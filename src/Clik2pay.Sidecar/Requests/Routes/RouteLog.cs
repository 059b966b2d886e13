namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>The log messages about the routes. Event ids 1200 and 1201.</summary>
internal static partial class RouteLog
{
    [LoggerMessage(1200, LogLevel.Information, "Routes in use: {Count}.")]
    public static partial void RoutesApplied(this ILogger log, int count);

    [LoggerMessage(1201, LogLevel.Error, "The edit of the routes is refused. The previous routes stay in use. {Error}")]
    public static partial void EditRefused(this ILogger log, string error);
}
