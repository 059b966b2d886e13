using System.CommandLine;
using Clik2pay.Sidecar.Benchmarks.Compare;
using Clik2pay.Sidecar.Benchmarks.Load;
using Clik2pay.Sidecar.Benchmarks.Micro;
using Clik2pay.Sidecar.Benchmarks.Refresh;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Telemetry;

namespace Clik2pay.Sidecar.Benchmarks.Cli;

/// <summary>The verbs and what each of them takes.</summary>
internal static class Verbs
{
    /// <summary>When it is told to end it ends what it has started.</summary>
    private static readonly TimeSpan Termination = TimeSpan.FromSeconds(15);

    public static Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Measures the sidecar. Tables go to standard output, progress to standard error.") { Load(), Compare(), Refresh(), Micro(), Telemetry() };

        // Without a verb it is load that is made.
        var hasVerb = args.Count > 0 && (!args[0].StartsWith('-') || args[0] is "--help" or "-h" or "-?" or "--version");
        return root.Parse(hasVerb ? args : ["load", .. args]).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Termination });
    }

    private static Command Load()
    {
        var (sidecar, rounds, seconds) = (Sidecar(), Number("--rounds", 9, "How often each is measured."), Number("--seconds", 2, "How long each time."));
        var starts = Number("--starts", 5, "How often each is started, to see how long that takes.");
        var only = Names("--only", Contenders.Names, "The proxies, separated by commas.");
        var cases = Names("--cases", LoadCase.All.Select(load => load.Name), "The kinds of load, separated by commas.");
        var set = Variables("--set", "NAME=VALUE, an environment variable of the sidecar; may be repeated.");
        var verb = new Command("load", "Measures the sidecar beside other proxies (the default).") { sidecar, rounds, seconds, starts, only, cases, set };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(cases)!;
            var loads = LoadCase.All.Where(load => chosen.Length == 0 || chosen.Contains(load.Name, StringComparer.Ordinal)).ToList();
            return LoadVerb.RunAsync(
                new(
                    parsed.GetValue(sidecar),
                    parsed.GetValue(only)!,
                    loads,
                    parsed.GetValue(rounds),
                    parsed.GetValue(seconds),
                    parsed.GetValue(starts),
                    parsed.GetValue(set)!),
                parsed.InvocationConfiguration.Output,
                cancellationToken);
        });
        return verb;
    }

    private static Command Compare()
    {
        var (sidecar, rounds, seconds) = (
            Sidecar(), Number("--rounds", 15, "How often each is measured."), Number("--seconds", 2, "How long each time."));
        var before = new Option<string>("--before") { Description = "The folder of another published sidecar.", Required = true };
        var cases = Names("--cases", LoadCase.All.Select(load => load.Name), "The kinds of load, separated by commas.");
        var set = Variables("--set", "NAME=VALUE, an environment variable of both; may be repeated.");
        var setNew = Variables("--set-new", "NAME=VALUE, an environment variable of the newer one, if the older one does not know it.");
        const string what = "Measures two builds of the sidecar beside each other.";
        var verb = new Command("compare", what) { before, sidecar, rounds, seconds, cases, set, setNew };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var chosen = parsed.GetValue(cases)!;
            var loads = LoadCase.All.Where(load => chosen.Length == 0 || chosen.Contains(load.Name, StringComparer.Ordinal)).ToList();
            return CompareVerb.RunAsync(
                new(
                    parsed.GetValue(before)!,
                    parsed.GetValue(sidecar),
                    loads,
                    parsed.GetValue(rounds),
                    parsed.GetValue(seconds),
                    parsed.GetValue(set)!,
                    parsed.GetValue(setNew)!),
                parsed.InvocationConfiguration.Output,
                cancellationToken);
        });
        return verb;
    }

    private static Command Refresh()
    {
        var (sidecar, rounds, seconds) = (Sidecar(), Number("--rounds", 10, "How often each is measured."), Number("--seconds", 5, "How long each time."));
        var life = Number("--life", 4, "How many seconds the tokens live that are refreshed under load; three quarters of them must be shorter than a run.");
        var set = Variables("--set", "NAME=VALUE, an environment variable of the sidecar; may be repeated.");
        const string what = "Measures whether callers notice a refresh of the token.";
        var verb = new Command("refresh", what) { sidecar, rounds, seconds, life, set };
        verb.SetAction((parsed, cancellationToken) => RefreshVerb.RunAsync(
            new(parsed.GetValue(sidecar), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(life), parsed.GetValue(set)!),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Telemetry()
    {
        var (sidecar, rounds, seconds) = (Sidecar(), Number("--rounds", 15, "How often each is measured."), Number("--seconds", 4, "How long each time."));
        var scrapes = Number("--scrapes", 50, "How many scrapes there are under load.");
        var set = Variables("--set", "NAME=VALUE, an environment variable of the sidecar; may be repeated.");
        var verb = new Command("telemetry", "Measures what metrics and traces cost.") { sidecar, rounds, seconds, scrapes, set };
        verb.SetAction((parsed, cancellationToken) => TelemetryVerb.RunAsync(
            new(
                parsed.GetValue(sidecar), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(scrapes),
                parsed.GetValue(set)!),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return verb;
    }

    private static Command Micro()
    {
        var isShort = new Option<bool>("--short") { Description = "Few iterations: what is allocated is as exact, times are not." };
        var filter = new Option<string>("--filter") { Description = "Which benchmarks, a pattern for their full names.", DefaultValueFactory = _ => "*" };
        var verb = new Command("micro", "Measures single steps of our own code with BenchmarkDotNet.") { isShort, filter };
        verb.SetAction(parsed => MicroVerb.RunAsync(parsed.GetValue(isShort), parsed.GetValue(filter)!, parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static Option<string?> Sidecar() => new("--sidecar") { Description = "The folder of a published sidecar. Without it one is published, which takes minutes." };

    /// <summary>Environment variables.</summary>
    private static Option<Dictionary<string, string>> Variables(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') < 1))
                result.AddError($"{name}: '{token.Value}' is not NAME=VALUE.");
            return result.Tokens.Select(token => token.Value.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        },
    };

    private static Option<int> Number(string name, int value, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} is at least 1.");
        });
        return option;
    }

    /// <summary>Names separated by commas; none means all.</summary>
    private static Option<string[]> Names(string name, IEnumerable<string> known, string description)
    {
        var all = known.ToList();
        return new(name)
        {
            Description = $"{description} Known are {string.Join(", ", all)}; all by default.",
            DefaultValueFactory = _ => [],
            CustomParser = result =>
            {
                var names = result.Tokens[0].Value.Split(',');
                foreach (var unknown in names.Except(all, StringComparer.Ordinal))
                    result.AddError($"{name}: there is no '{unknown}'; known are {string.Join(", ", all)}.");
                return names;
            },
        };
    }
}
