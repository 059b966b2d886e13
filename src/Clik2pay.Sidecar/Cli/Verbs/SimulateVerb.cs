using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Cli;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>The verb <c>simulate</c>: runs only the simulator until SIGTERM, SIGINT or SIGHUP.</summary>
internal static class SimulateVerb
{
    public static async Task<int> RunAsync(SimulatorOptions options, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        await using var simulator = SimulatorApp.Create(options, SystemDefaults.Time);

        var failure = await Hosts.RunAsync(
            simulator, () => Console.Write(SimulatorBanner.Write(options with { Url = simulator.Urls.First() })), signals.Token);
        return await ErrorOutput.ReportStartAsync(failure, SimulateCommand.AddressRemedy);
    }
}
