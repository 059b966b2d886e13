using System.CommandLine;
using Clik2pay.Sidecar.Benchmarks.Compare;
using Clik2pay.Sidecar.Benchmarks.Load;
using Clik2pay.Sidecar.Benchmarks.Memory;
using Clik2pay.Sidecar.Benchmarks.Micro;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Refresh;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Telemetry;

namespace Clik2pay.Sidecar.Benchmarks.Cli;

/// <summary>The verbs of the command line and their options.</summary>
internal static class Verbs
{
    /// <summary>The time after SIGTERM or Ctrl+C within which a verb can stop the processes that it started.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(15);

    public static Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Measures the sidecar. Writes tables to standard output and progress to standard error.")
        {
            Load(), Memory(), Compare(), Refresh(), Micro(), Telemetry(),
        };

        var hasVerb = args.Count > 0 && (!args[0].StartsWith('-') || args[0] is "--help" or "-h" or "-?" or "--version");
        return root.Parse(hasVerb ? args : ["load", .. args])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationTimeout });
    }

    private static Command Load()
    {
        var (rounds, seconds, starts) = (VerbOptions.Rounds(15), VerbOptions.Seconds(2), VerbOptions.Starts());
        var (proxies, cases) = (new ProxyArguments(ProxyFactory.Defaults), VerbOptions.Cases());
        var baseline = new Option<string?>("--baseline")
        {
            Description = "The proxy to compare the others with. The default is bare-native, or bare if bare-native is not measured.",
        };
        var verb = proxies.AddTo(new("load", "Compares the sidecar with other proxies under load (default).")
        {
            baseline, cases, rounds, seconds, starts,
        });
        verb.SetAction((parsed, cancellationToken) => LoadVerb.RunAsync(
            new(
                proxies.Read(parsed),
                parsed.GetValue(baseline),
                LoadCase.Select(parsed.GetValue(cases)!),
                parsed.GetValue(rounds),
                parsed.GetValue(seconds),
                parsed.GetValue(starts)),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Memory()
    {
        var (seconds, starts) = (VerbOptions.Seconds(5), VerbOptions.Starts());
        var processes = VerbOptions.Number("--processes", 3, "The number of processes of each proxy for each figure.");
        var proxies = new ProxyArguments([ProxyFactory.Sidecar]);
        var verb = proxies.AddTo(new("memory", "Measures the resident memory of the sidecar or of other proxies.")
        {
            processes, seconds, starts,
        });
        verb.SetAction((parsed, cancellationToken) => MemoryVerb.RunAsync(
            new(proxies.Read(parsed), parsed.GetValue(processes), parsed.GetValue(seconds), parsed.GetValue(starts)),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Compare()
    {
        var (sidecar, rounds, seconds) = (VerbOptions.Sidecar(), VerbOptions.Rounds(15), VerbOptions.Seconds(2));
        var before = new Option<string>("--before") { Description = "The folder of the older published sidecar.", Required = true };
        var (cases, set) = (VerbOptions.Cases(), VerbOptions.Variables("--set", "An environment variable of both builds."));
        var setNew = VerbOptions.Variables("--set-new", "An environment variable of the newer build only.");
        var headers = VerbOptions.Variables("--header", "A header of each request, to both builds.");
        var verb = new Command("compare", "Compares two builds of the sidecar.")
        {
            before, sidecar, rounds, seconds, cases, set, setNew, headers,
        };
        verb.SetAction((parsed, cancellationToken) => CompareVerb.RunAsync(
            new(
                parsed.GetValue(before)!,
                parsed.GetValue(sidecar),
                LoadCase.Select(parsed.GetValue(cases)!),
                parsed.GetValue(rounds),
                parsed.GetValue(seconds),
                parsed.GetValue(set)!,
                parsed.GetValue(setNew)!,
                parsed.GetValue(headers)!),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Refresh()
    {
        var (sidecar, rounds, seconds) = (VerbOptions.Sidecar(), VerbOptions.Rounds(15), VerbOptions.Seconds(5));
        const string lifetimeDescription =
            "The lifetime in seconds of the tokens that are refreshed under load. Three quarters of it must be shorter than a run.";
        var lifetime = VerbOptions.Number("--lifetime", 4, lifetimeDescription);
        var set = VerbOptions.Variables("--set", "An environment variable of the sidecar.");
        var verb = new Command("refresh", "Measures the effect of a token refresh on callers.") { sidecar, rounds, seconds, lifetime, set };
        verb.SetAction((parsed, cancellationToken) => RefreshVerb.RunAsync(
            new(
                parsed.GetValue(sidecar),
                parsed.GetValue(rounds),
                parsed.GetValue(seconds),
                parsed.GetValue(lifetime),
                parsed.GetValue(set)!),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Telemetry()
    {
        var (sidecar, rounds, seconds) = (VerbOptions.Sidecar(), VerbOptions.Rounds(15), VerbOptions.Seconds(4));
        var scrapes = VerbOptions.Number("--scrapes", 50, "The number of scrapes under load.");
        var set = VerbOptions.Variables("--set", "An environment variable of the sidecar.");
        var verb = new Command("telemetry", "Measures the cost of metrics and traces.") { sidecar, rounds, seconds, scrapes, set };
        verb.SetAction((parsed, cancellationToken) => TelemetryVerb.RunAsync(
            new(
                parsed.GetValue(sidecar),
                parsed.GetValue(rounds),
                parsed.GetValue(seconds),
                parsed.GetValue(scrapes),
                parsed.GetValue(set)!),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Micro()
    {
        var isShort = new Option<bool>("--short")
        {
            Description = "Run few iterations. Allocated bytes are still exact, but times are not.",
        };
        var filter = new Option<string>("--filter")
        {
            Description = "A pattern for the full names of the benchmarks to run.",
            DefaultValueFactory = _ => "*",
        };
        var verb = new Command("micro", "Measures single steps of the sidecar's own code with BenchmarkDotNet.") { isShort, filter };
        verb.SetAction(parsed => MicroVerb.RunAsync(
            parsed.GetValue(isShort),
            parsed.GetValue(filter)!,
            parsed.InvocationConfiguration.Output));
        return verb;
    }
}
