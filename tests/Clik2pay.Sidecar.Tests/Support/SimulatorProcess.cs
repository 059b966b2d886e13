using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The verb <c>simulate</c> in a process of its own.</summary>
internal static partial class SimulatorProcess
{
    private static readonly Dictionary<string, string> NoVariables = [];

    public static SidecarProcess Start(params string[] arguments) =>
        SidecarProcess.Start(NoVariables, ["simulate", "--urls", "http://127.0.0.1:0", .. arguments]);

    /// <returns>The variables that the simulator prints for a sidecar, with free ports for that sidecar.</returns>
    public static async Task<Dictionary<string, string>> ReadVariablesAsync(SidecarProcess simulator)
    {
        await simulator.WaitForLineAsync("Ctrl-C");
        var variables = ExportLine().Matches(simulator.Text())
            .ToDictionary(match => match.Groups["key"].Value, match => match.Groups["value"].Value, StringComparer.Ordinal);
        Assert.Equal(6, variables.Count);
        variables["Sidecar__Listen"] = "http://127.0.0.1:0";
        variables["Sidecar__Admin"] = "http://127.0.0.1:0";
        variables["Sidecar__DrainSeconds"] = "0";
        return variables;
    }

    [GeneratedRegex(@"export (?<key>\w+)=(?<value>\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ExportLine();
}
