namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>A measurement is not possible or not valid. The message is shown to the user.</summary>
internal sealed class BenchmarkFailure(string message) : Exception(message);
