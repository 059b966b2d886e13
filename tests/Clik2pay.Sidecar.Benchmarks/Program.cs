using System.Runtime.Versioning;
using Clik2pay.Sidecar.Benchmarks.Cli;
using Clik2pay.Sidecar.Benchmarks.Rig;

// CPU time and memory of processes are read from /proc.
[assembly: SupportedOSPlatform("linux")]

namespace Clik2pay.Sidecar.Benchmarks;

/// <summary>
/// Measures the sidecar. Each verb has a folder. The verbs share <c>Rig</c>, <c>Proxies</c> and <c>Steady</c>; the unit tests also use
/// <c>Steady</c>.
/// </summary>
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
