namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Nothing was measured, and this is why: a sentence for people.</summary>
internal sealed class BenchmarkFailure(string message) : Exception(message);
