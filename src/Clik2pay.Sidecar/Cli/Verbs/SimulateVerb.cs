using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>The verb <c>simulate</c>: the provider's two APIs alone, until SIGTERM, SIGINT or SIGHUP.</summary>
internal static class SimulateVerb
{
    public static async Task<int> RunAsync(string url, SimulatedEnvironment environment, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        var options = new SimulatorOptions { Url = url, Environment = environment };
        await using var simulator = SimulatorApp.Create(options, SystemDefaults.Time);

        var failure = await Hosts.RunAsync(
            simulator, () => Console.Write(Describe(options with { Url = simulator.Urls.First() })), signals.Token);
        return await ErrorOutput.ReportStartAsync(failure, "Choose an address that is free with --urls.");
    }

    /// <returns>The settings with which a sidecar uses this simulator.</returns>
    private static string Describe(SimulatorOptions options) => $"""
        The simulator of {options.Environment} is on {options.Url}. To use it, set for a sidecar:

          export Clik2pay__Environment=Custom
          export Clik2pay__ApiBaseUrl={options.Url}
          export Clik2pay__TokenEndpoint={options.Url}/oauth2/token
          export Clik2pay__Username={options.Username}
          export Clik2pay__Password={options.Password}
          export Clik2pay__ApiKey={options.ApiKey}

        Requests so far: curl {options.Url}/_simulator/counters
        Press Ctrl-C to stop.

        """;
}
