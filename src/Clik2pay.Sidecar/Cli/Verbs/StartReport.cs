using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry.Export;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>Logs the start of a sidecar: its addresses, and what limits it. Event ids 1100, 1101, 1102 and 1107.</summary>
internal static partial class StartReport
{
    /// <summary>Logs the addresses in use. An address differs from its setting if the setting has port 0.</summary>
    public static void ReportStarted(this WebApplication sidecar, Settings settings, RoutesFile routes)
    {
        // The last address is the one for administration.
        var listening = sidecar.Urls.ToArray();
        var callers = string.Join(", ", listening[..^1].Zip(settings.Listener.CallerListeners, Describe));
        Serving(sidecar.Logger, callers, Describe(settings.Profiles), routes.FullPath, listening[^1]);
        if (new OtelVariables(sidecar.Configuration).TracesDestination is { } collector)
            Exporting(sidecar.Logger, collector);
        var limits = sidecar.Services.GetRequiredService<ConnectionLimits>();
        if (limits.Shortage is var (openFiles, needed))
            FewerConnections(sidecar.Logger, limits.Callers, limits.Administration, limits.MaxConnections, openFiles, needed);
        if (!routes.IsWatched)
            NotWatched(sidecar.Logger, routes.FullPath);
    }

    private static string Describe(string address, CallerListener listener) =>
        listener.Profile is { } profile ? $"{address} (profile {profile})" : address;

    /// <summary>The environment and the address of each profile. A single profile is not named.</summary>
    private static string Describe(IReadOnlyList<Clik2payOptions> profiles) => string.Join(", ", profiles.Select(profile =>
        $"{(profiles.Count == 1 ? "" : $"{profile.Profile}: ")}{profile.Environment} ({profile.ApiBaseUrl})"));

    [LoggerMessage(1100, LogLevel.Information, "Callers are served on {Listen} for {Profiles} with the routes in "
        + "{Routes}. Probes, metrics and the status page are on {Admin}.")]
    private static partial void Serving(
        ILogger log, string listen, string profiles, string routes, string admin);

    [LoggerMessage(1101, LogLevel.Warning, "The system refuses to watch {Path}, so edits take effect at the next start. "
        + "Check whether fs.inotify.max_user_instances is exhausted.")]
    private static partial void NotWatched(ILogger log, string path);

    [LoggerMessage(1102, LogLevel.Information, "Spans are sent to {Collector}. Spans that the collector does not accept are lost, and "
        + "the loss is not logged.")]
    private static partial void Exporting(ILogger log, string collector);

    [LoggerMessage(1107, LogLevel.Warning, "The limit of open files ({OpenFiles}) is too low for {MaxConnections} connections from "
        + "callers and as many for administration (Sidecar:MaxConnections). Callers can open {Callers} connections, and the administration "
        + "listener accepts {Administration}. Raise the hard limit to {Needed} (ulimit -Hn, LimitNOFILE=), or lower the setting.")]
    private static partial void FewerConnections(
        ILogger log, int callers, int administration, int maxConnections, long openFiles, long needed);
}
