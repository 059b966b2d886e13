namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>The log message of the listeners. Event id 1106.</summary>
internal static partial class ListenerLog
{
    public static void CallersFull(this ILogger log, string addressKey, ConnectionLimits limits) =>
        Full(log, limits.Callers, addressKey, limits.ReasonFor(limits.Callers));

    public static void AdministrationFull(this ILogger log, string addressKey, ConnectionLimits limits) =>
        Full(log, limits.Administration, addressKey, limits.ReasonFor(limits.Administration));

    [LoggerMessage(1106, LogLevel.Warning, "A connection to {Listener} was closed, because {Count} connections are open, the maximum that "
        + "{Reason} allows. Further closed connections are not logged. Find the client that keeps connections open, or raise the limit.")]
    private static partial void Full(ILogger log, int count, string listener, string reason);
}
