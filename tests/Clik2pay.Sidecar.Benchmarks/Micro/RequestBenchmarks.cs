using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>All of the sidecar's own code that handles a request, from start to end.</summary>
public class RequestBenchmarks
{
    private static readonly SteadyPath Path = new();

    [Benchmark]
    public void WholeRequest() => Path.Run();
}
