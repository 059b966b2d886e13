namespace Clik2pay.Sidecar.Hosting;

/// <summary>The log messages of listeners and shutdown. Event ids 1100 to 1199, shared with the report of the start.</summary>
internal static partial class HostLog
{
    public static void CallersFull(this ILogger log, ConnectionLimits limits) =>
        Full(log, limits.Callers, SidecarOptions.Section + ":Listen", limits.ReasonFor(limits.Callers));

    public static void AdministrationFull(this ILogger log, ConnectionLimits limits) =>
        Full(log, limits.Administration, SidecarOptions.Section + ":Admin", limits.ReasonFor(limits.Administration));

    [LoggerMessage(1103, LogLevel.Information, "Stopping: callers are served for {DrainSeconds} s more (Sidecar:DrainSeconds), while /readyz "
        + "responds with 503. Then requests in progress have {StopTimeoutSeconds} s to end (Sidecar:StopTimeoutSeconds).")]
    public static partial void Draining(this ILogger log, long drainSeconds, long stopTimeoutSeconds);

    [LoggerMessage(1104, LogLevel.Warning, "Requests that did not end within {StopTimeoutSeconds} s (Sidecar:StopTimeoutSeconds) and are "
        + "aborted: {Count}. The provider may have processed them.")]
    public static partial void BrokenOff(this ILogger log, long stopTimeoutSeconds, int count);

    [LoggerMessage(1105, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(1106, LogLevel.Warning, "A connection to {Listener} was closed, because {Count} connections are open, the maximum that "
        + "{Reason} allows. Further closed connections are not logged. Find the client that keeps connections open, or raise the limit.")]
    private static partial void Full(ILogger log, int count, string listener, string reason);
}
