using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>run</c>: one sidecar until SIGTERM or SIGINT.</summary>
internal static class RunVerb
{
    public static async Task<int> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        using var routes = RoutesFile.Find(Ambient.Time);
        var configuration = SidecarConfiguration.Load(routes, commandLine);
        if (Settings.TryRead(configuration, out var mistakes) is not { } settings)
            return await Mistakes.TellAsync(mistakes);

        await using var sidecar = Program.CreateSidecar(configuration, settings);
        sidecar.ReportEdits(routes);

        var failure = await Hosts.RunAsync([sidecar], () => sidecar.ReportStarted(settings), cancellationToken);
        return await Mistakes.TellStartAsync(failure);
    }
}
