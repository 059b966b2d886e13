using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>The caller guard, which validates a request before any other step.</summary>
public class GuardBenchmarks
{
    private static readonly SteadyPath Path = new();
    private readonly RequestDelegate guard = Path.CreateGuard();

    [Benchmark]
    public Task Guard() => guard(Path.Context);
}
