using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Clik2pay.Sidecar.Requests.Forward;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>The transforms of a request and its response, one by one.</summary>
public class TransformBenchmarks
{
    private static readonly string[] Targets = ["/open/v1/payment-requests/1", "/open/v1/payment-requests/2"];

    private static readonly SteadyPath Path = new();
    private int count;

    [Benchmark]
    public void Strip() => Path.Apply<StripTransform>();

    [Benchmark]
    public void Inject()
    {
        Path.Apply<InjectTransform>();
        Path.Reset();
    }

    [Benchmark]
    public void SameTarget() => Path.Apply<RawTargetTransform>();

    /// <summary>The target differs from the previous one, so a new address is allocated.</summary>
    [Benchmark]
    public void OtherTarget()
    {
        Path.SetTarget(Targets[++count & 1]);
        Path.Apply<RawTargetTransform>();
    }

    [Benchmark]
    public void FilterHeaders() => Path.FilterHeaders();
}
