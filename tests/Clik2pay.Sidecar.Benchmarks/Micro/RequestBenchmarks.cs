using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>All of our own code that a request meets, from its beginning to its end.</summary>
public class RequestBenchmarks
{
    private static readonly SteadyPath Path = new();

    [Benchmark]
    public void WholeRequest() => Path.Run();
}
