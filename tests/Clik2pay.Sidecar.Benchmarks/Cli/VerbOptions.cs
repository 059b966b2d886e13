using System.CommandLine;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;

namespace Clik2pay.Sidecar.Benchmarks.Cli;

/// <summary>Creates the options that several verbs share.</summary>
internal static class VerbOptions
{
    public static Option<string?> Sidecar() => new("--sidecar")
    {
        Description = "The folder of a published sidecar. Without this option, the current source is published, which takes minutes.",
    };

    public static Option<int> Rounds(int value) =>
        Number("--rounds", value, "The number of rounds. Each round measures every program once.");

    public static Option<int> Seconds(int value) => Number("--seconds", value, "The duration of a run in seconds.");

    public static Option<int> Starts() => Number("--starts", 9, "The number of starts of each proxy for the start time.");

    public static Option<string[]> Cases() =>
        Names("--cases", NamesOf(LoadCase.All), NamesOf(LoadCase.Defaults), "The kinds of load, separated by commas.");

    /// <summary>A positive number.</summary>
    public static Option<int> Number(string name, int value, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name}: the value must be at least 1.");
        });
        return option;
    }

    /// <summary>Environment variables, NAME=VALUE each. The option may be repeated.</summary>
    public static Option<Dictionary<string, string>> Variables(string name, string description) => new(name)
    {
        Description = $"{description} The format is NAME=VALUE. May be repeated.",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') < 1))
                result.AddError($"{name}: '{token.Value}' does not have the format NAME=VALUE.");
            return result.Tokens.Select(token => token.Value.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        },
    };

    /// <summary>Names separated by commas.</summary>
    public static Option<string[]> Names(string name, IReadOnlyList<string> all, IReadOnlyList<string> defaults, string description)
    {
        return new(name)
        {
            Description = $"{description} Valid values: {string.Join(", ", all)}. The default is {string.Join(", ", defaults)}.",
            DefaultValueFactory = _ => [.. defaults],
            CustomParser = result =>
            {
                var names = result.Tokens[0].Value.Split(',');
                foreach (var unknown in names.Except(all, StringComparer.Ordinal))
                    result.AddError($"{name}: '{unknown}' is not a valid value. Valid values: {string.Join(", ", all)}.");
                return names;
            },
        };
    }

    private static string[] NamesOf(IEnumerable<LoadCase> cases) => [.. cases.Select(load => load.Name)];
}
