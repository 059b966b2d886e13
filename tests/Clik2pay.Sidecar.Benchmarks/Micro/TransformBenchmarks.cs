using BenchmarkDotNet.Attributes;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Clik2pay.Sidecar.Requests.Forward;

namespace Clik2pay.Sidecar.Benchmarks.Micro;

/// <summary>What is done to a request and its answer, step by step.</summary>
public class TransformBenchmarks
{
    private static readonly string[] Targets = ["/open/v1/payment-requests/1", "/open/v1/payment-requests/2"];

    private static readonly SteadyPath Path = new();
    private int asked;

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

    /// <summary>The address of the one before cannot be used again: this one allocates its own.</summary>
    [Benchmark]
    public void OtherTarget()
    {
        Path.AskFor(Targets[++asked & 1]);
        Path.Apply<RawTargetTransform>();
    }

    [Benchmark]
    public void FilterHeaders() => Path.FilterHeaders();
}
