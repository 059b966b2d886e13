using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Requests.Routes;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>The verb <c>run</c>: runs one sidecar until SIGTERM, SIGINT or SIGHUP.</summary>
internal static class RunVerb
{
    public static async Task<int> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        using var routes = RoutesFile.Find(SystemDefaults.Time);
        var configuration = SidecarConfiguration.Load(routes, commandLine);
        if (Settings.TryRead(configuration, out var errors) is not { } settings)
            return await ErrorOutput.ReportAsync(errors);

        await using var sidecar = Program.CreateSidecar(configuration, settings);
        routes.OnRefused = sidecar.Logger.EditRefused;

        if (settings.Process.BatchScheduling && !BatchScheduling.TryUse())
            sidecar.Logger.BatchSchedulingRefused();

        var failure = await Hosts.RunAsync(sidecar, () => sidecar.ReportStarted(settings, routes), signals.Token);
        var keys = string.Join(", ", settings.Listener.CallerListeners.Select(callers => callers.AddressSetting));
        return await ErrorOutput.ReportStartAsync(failure, $"Set {keys} and {AdministrationOptions.AddressKey} to free addresses.");
    }
}
