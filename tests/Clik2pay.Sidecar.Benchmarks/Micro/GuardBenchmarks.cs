using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>What judges a request before anything else happens.</summary>
public class GuardBenchmarks
{
    private static readonly SteadyPath Path = new();
    private readonly RequestDelegate guard = Path.NewGuard();

    [Benchmark]
    public Task Guard() => guard(Path.Context);
}
