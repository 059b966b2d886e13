namespace Clik2pay.Sidecar.Hosting;

/// <summary>The log messages of the shutdown. Event ids 1103 to 1105.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1103, LogLevel.Information, "Stopping: callers are served for {DrainSeconds} s more (Sidecar:DrainSeconds), while "
        + "/readyz responds with 503. Then requests in progress have {StopTimeoutSeconds} s to end (Sidecar:StopTimeoutSeconds).")]
    public static partial void Draining(this ILogger log, long drainSeconds, long stopTimeoutSeconds);

    [LoggerMessage(1104, LogLevel.Warning, "Requests that did not end within {StopTimeoutSeconds} s (Sidecar:StopTimeoutSeconds) and are "
        + "aborted: {Count}. The provider may have processed them.")]
    public static partial void Aborted(this ILogger log, long stopTimeoutSeconds, int count);

    [LoggerMessage(1105, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(this ILogger log);
}
