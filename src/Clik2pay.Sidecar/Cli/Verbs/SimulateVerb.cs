using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>The verb <c>simulate</c>: runs only the simulator until SIGTERM, SIGINT or SIGHUP.</summary>
internal static class SimulateVerb
{
    public static async Task<int> RunAsync(string url, SimulatedEnvironment environment, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        var options = new SimulatorOptions { Url = url, Environment = environment };
        await using var simulator = SimulatorApp.Create(options, SystemDefaults.Time);

        var failure = await Hosts.RunAsync(
            simulator, () => Console.Write(Describe(options with { Url = simulator.Urls.First() })), signals.Token);
        return await ErrorOutput.ReportStartAsync(failure, "Choose a free address with --urls.");
    }

    /// <returns>The settings of a sidecar that uses this simulator.</returns>
    private static string Describe(SimulatorOptions options) => $"""
        The simulator of {options.Environment} is on {options.Url}. To use it, set these variables for a sidecar:

          export Clik2pay__Environment=Custom
          export Clik2pay__ApiBaseUrl={options.Url}
          export Clik2pay__TokenEndpoint={options.Url}/oauth2/token
          export Clik2pay__Username={options.Username}
          export Clik2pay__Password={options.Password}
          export Clik2pay__ApiKey={options.ApiKey}

        To count the requests: curl {options.Url}/_simulator/counters
        Press Ctrl-C to stop.

        """;
}
