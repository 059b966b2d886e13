using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Describes the machine and the versions of its tools, because figures are comparable only on the same machine.</summary>
internal static partial class Machine
{
    private static readonly (string Name, string[] Arguments)[] Tools =
    [
        ("nginx", ["-v"]),
        ("haproxy", ["-v"]),
        ("caddy", ["version"]),
        ("wrk", ["-v"]),
        ("redis-server", ["--version"]),
        ("dotnet", ["--version"]),
    ];

    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        var processor = model?.Split(':')[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors ({processor})"),
            $"Linux {Environment.OSVersion.Version}",
        };
        foreach (var (name, arguments) in Tools)
        {
            if (Tool.Find(name) is not null)
                parts.Add($"{(name == "dotnet" ? ".NET SDK" : name)} {await ReadVersionAsync(name, arguments, cancellationToken)}");
        }

        return $"Machine: {string.Join(", ", parts)}.";
    }

    /// <summary>Warns if other programs use the processors, because they distort the figures.</summary>
    public static void WarnIfBusy()
    {
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        if (load > Environment.ProcessorCount / 4.0)
        {
            Progress.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"warning: this machine is busy (load average {load}), so the figures are less reliable"));
        }
    }

    private static async Task<string> ReadVersionAsync(string name, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return Version().Match(await Tool.RunAsync(name, arguments, cancellationToken)).Value;
        }
        catch (BenchmarkFailure failure)
        {
            // wrk prints its version and exits with an error.
            return Version().Match(failure.Message).Value;
        }
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
