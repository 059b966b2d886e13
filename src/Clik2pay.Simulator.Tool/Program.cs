using System.CommandLine;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Simulator.Cli;
using Clik2pay.Simulator.Options;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Simulator.Tool;

/// <summary>The dotnet tool <c>clik2pay-simulator</c>: runs a simulator until SIGTERM or SIGINT.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        var command = new RootCommand("Starts an offline simulator of Clik2pay's Auth API and Payment Requests API.");
        SimulateCommand.Configure(command, Quote, text => ListenAddress.TryParsePort(text)?.ToString(), RunAsync);

        // Response files are off. Otherwise, a password that begins with @ would be read as the name of a response file.
        var parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

        // The host handles SIGINT and SIGTERM.
        return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(SimulatorOptions options, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // The composition root is the only place where the system clock is allowed.
        await using var simulator = SimulatorApp.Create(options, TimeProvider.System);
#pragma warning restore RS0030
        try
        {
            await simulator.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A signal arrived during the start.
            return 0;
        }
        catch (Exception e) when (ListenFailure.Describe(e) is { } failure)
        {
            await Console.Error.WriteLineAsync($"{failure} {SimulateCommand.AddressRemedy}");
            return 2;
        }

        Console.Write(SimulatorBanner.Write(options with { Url = simulator.Urls.First() }));
        await simulator.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>Does not quote an argument with an at sign, because it may be an address that contains a password.</summary>
    private static string Quote(string argument) => argument.Contains('@') ? "the value" : $"'{argument}'";
}
