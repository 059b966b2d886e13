using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Cli;

/// <summary>What the host tells the log. Event ids 1100 to 1199.</summary>
internal static partial class HostLog
{
    /// <summary>Tells the addresses that were really taken: a port 0 in the settings has become another.</summary>
    public static void ReportStarted(this WebApplication sidecar, Settings settings, RoutesFile routes)
    {
        var listening = sidecar.Urls.ToArray();
        Serving(sidecar.Logger, listening[0], settings.Clik2pay.Environment, settings.Clik2pay.ApiBaseUrl, listening[1], routes.FullPath);
        if (new OtelVariables(sidecar.Configuration).TracesDestination is { } collector)
            Exporting(sidecar.Logger, collector);
        var limits = sidecar.Services.GetRequiredService<ConnectionLimits>();
        if (limits.Shortage is var (openFiles, needed))
            FewerConnections(sidecar.Logger, limits.Callers, limits.Administration, limits.MaxConnections, openFiles, needed);
        if (!routes.IsWatched)
            NotWatched(sidecar.Logger, routes.FullPath);
    }

    public static void CallersFull(this ILogger log, ConnectionLimits limits) =>
        Full(log, limits.Callers, SidecarOptions.Section + ":Listen", limits.ReasonFor(limits.Callers));

    public static void AdministrationFull(this ILogger log, ConnectionLimits limits) =>
        Full(log, limits.Administration, SidecarOptions.Section + ":Admin", limits.ReasonFor(limits.Administration));

    [LoggerMessage(1106, LogLevel.Warning, "A connection to {Listener} was closed, because {Count} connections are open, the maximum that "
        + "{Reason} allows. Further closed connections are not logged. Find the client that keeps connections open, or raise the limit.")]
    private static partial void Full(ILogger log, int count, string listener, string reason);

    [LoggerMessage(1107, LogLevel.Warning, "The callers' listener accepts {Callers} connections and the administration listener "
        + "{Administration}, instead of {MaxConnections} (Sidecar:MaxConnections), because the limit of open files is {OpenFiles}. Raise "
        + "the hard limit to {Needed} (ulimit -Hn, LimitNOFILE=), or lower the setting.")]
    private static partial void FewerConnections(
        ILogger log, int callers, int administration, int maxConnections, long openFiles, long needed);

    [LoggerMessage(1100, LogLevel.Information, "Callers are served on {Listen} for {Environment} ({ApiBaseUrl}), probes, metrics and a status page on {Admin}, by the routes of {Routes}.")]
    private static partial void Serving(ILogger log, string listen, Clik2payEnvironment environment, Uri apiBaseUrl, string admin, string routes);

    [LoggerMessage(1102, LogLevel.Information, "Spans are sent to {Collector}. If it is away they are lost, without a line here.")]
    private static partial void Exporting(ILogger log, string collector);

    [LoggerMessage(1103, LogLevel.Information, "Stopping: callers are served for {DrainSeconds} s more (Sidecar:DrainSeconds), while /readyz says 503; then requests that are under way have {StopTimeoutSeconds} s to end (Sidecar:StopTimeoutSeconds).")]
    public static partial void Draining(this ILogger log, long drainSeconds, long stopTimeoutSeconds);

    [LoggerMessage(1104, LogLevel.Warning, "Requests that did not end within {StopTimeoutSeconds} s (Sidecar:StopTimeoutSeconds) and are broken off: {Count}. The provider may have carried them out.")]
    public static partial void BrokenOff(this ILogger log, long stopTimeoutSeconds, int count);

    [LoggerMessage(1105, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(1101, LogLevel.Warning, "The system does not let {Path} be watched (is fs.inotify.max_user_instances exhausted?); an edit takes effect at the next start.")]
    private static partial void NotWatched(ILogger log, string path);
}
