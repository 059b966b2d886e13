using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>What figures are worth nothing without: the machine and the versions.</summary>
internal static partial class Machine
{
    private static readonly (string Name, string[] Arguments)[] Tools =
        [("nginx", ["-v"]), ("haproxy", ["-v"]), ("caddy", ["version"]), ("wrk", ["-v"]), ("redis-server", ["--version"]), ("dotnet", ["--version"])];

    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
        var parts = new List<string> { string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors ({model})"), $"Linux {Environment.OSVersion.Version}" };
        foreach (var (name, arguments) in Tools)
        {
            if (Tool.Find(name) is not null)
                parts.Add($"{(name == "dotnet" ? ".NET SDK" : name)} {await VersionOfAsync(name, arguments, cancellationToken)}");
        }

        return $"Machine: {string.Join(", ", parts)}.";
    }

    /// <summary>Whatever else runs has a part in the figures.</summary>
    public static void TellIfBusy()
    {
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        if (load > Environment.ProcessorCount / 4.0)
            Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"this machine has been busy in the last minute (load average {load}): on a quiet one the figures are worth more"));
    }

    private static async Task<string> VersionOfAsync(string name, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return Version().Match(await Tool.RunAsync(name, arguments, cancellationToken)).Value;
        }
        catch (BenchmarkFailure failure)
        {
            // wrk tells its version and fails.
            return Version().Match(failure.Message).Value;
        }
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
