using Clik2pay.Sidecar.Hosting;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>simulate</c>: the provider's two APIs alone, until SIGTERM, SIGINT or SIGHUP.</summary>
internal static class SimulateVerb
{
    public static async Task<int> RunAsync(string url, SimulatedEnvironment environment, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        var options = new SimulatorOptions { Url = url, Environment = environment };
        await using var simulator = SimulatorApp.Create(options, SystemDefaults.Time);

        var failure = await Hosts.RunAsync(
            simulator, () => Console.Write(Tell(options with { Url = simulator.Urls.First() })), signals.Token);
        return await ErrorOutput.ReportStartAsync(failure, "Give an address that is free in --urls.");
    }

    /// <summary>What to set so that a sidecar calls this simulator.</summary>
    private static string Tell(SimulatorOptions options) => $"""
        The simulator of {options.Environment} is on {options.Url}. A sidecar in front of it needs:

          export Clik2pay__Environment=Custom
          export Clik2pay__ApiBaseUrl={options.Url}
          export Clik2pay__TokenEndpoint={options.Url}/oauth2/token
          export Clik2pay__Username={options.Username}
          export Clik2pay__Password={options.Password}
          export Clik2pay__ApiKey={options.ApiKey}

        What it was asked: curl {options.Url}/_simulator/counters
        Ctrl-C ends it.

        """;
}
