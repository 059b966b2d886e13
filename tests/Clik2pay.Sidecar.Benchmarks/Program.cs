using System.Runtime.Versioning;
using Clik2pay.Sidecar.Benchmarks.Cli;
using Clik2pay.Sidecar.Benchmarks.Rig;

// What is measured is read from /proc.
[assembly: SupportedOSPlatform("linux")]

namespace Clik2pay.Sidecar.Benchmarks;

/// <summary>Measures the sidecar. Each folder here is a verb, but for what they share: <c>Rig</c>, <c>Proxies</c>, and <c>Steady</c>, which a test shares too.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            return await Verbs.RunAsync(args);
        }
        catch (BenchmarkFailure failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 1;
        }
    }
}
