namespace Clik2pay.Sidecar.Hosting;

/// <summary>The log messages of the shutdown. Event ids 1103 to 1105.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1103, LogLevel.Information, "Stopping: callers are served for another {DrainSeconds} s (Sidecar:DrainSeconds) while "
        + "/readyz responds with 503. Then requests in progress have {StopTimeoutSeconds} s to complete (Sidecar:StopTimeoutSeconds).")]
    public static partial void Draining(this ILogger log, long drainSeconds, long stopTimeoutSeconds);

    [LoggerMessage(1104, LogLevel.Warning, "Aborting requests that did not complete within {StopTimeoutSeconds} s "
        + "(Sidecar:StopTimeoutSeconds): {Count}. The provider may have processed the requests. Check their status before you retry.")]
    public static partial void Aborted(this ILogger log, long stopTimeoutSeconds, int count);

    [LoggerMessage(1105, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(this ILogger log);
}
