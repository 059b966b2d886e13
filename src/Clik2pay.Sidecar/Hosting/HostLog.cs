using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>What the host tells the log. Event ids 1100 to 1199.</summary>
internal static partial class HostLog
{
    /// <summary>Tells the addresses that were really taken: a port 0 in the settings has become another.</summary>
    public static void ReportStarted(this WebApplication sidecar, Settings settings)
    {
        if (sidecar.Urls.ToArray() is [var callers, var admin])
            Serving(sidecar.Logger, callers, settings.Clik2pay.Environment, settings.Clik2pay.ApiBaseUrl, admin);
    }

    public static void ReportEdits(this WebApplication sidecar, RoutesFile routes)
    {
        if (!routes.IsWatched)
            NotWatched(sidecar.Logger, routes.FullPath);

        routes.Edited = () =>
        {
            if (routes.Mistake is { } mistake)
                EditRefused(sidecar.Logger, mistake);
            else
                EditTaken(sidecar.Logger, routes.FullPath);
        };
    }

    [LoggerMessage(1100, LogLevel.Information, "Callers are served on {Listen} for {Environment} ({ApiBaseUrl}), probes on {Admin}.")]
    private static partial void Serving(ILogger log, string listen, Clik2payEnvironment environment, Uri apiBaseUrl, string admin);

    [LoggerMessage(1101, LogLevel.Information, "The routes of {Path} have been read again.")]
    private static partial void EditTaken(ILogger log, string path);

    [LoggerMessage(1102, LogLevel.Error, "The routes stay as they were: {Mistake}")]
    private static partial void EditRefused(ILogger log, string mistake);

    [LoggerMessage(1103, LogLevel.Warning, "The system does not let {Path} be watched (is fs.inotify.max_user_instances exhausted?); an edit takes effect at the next start.")]
    private static partial void NotWatched(ILogger log, string path);
}
