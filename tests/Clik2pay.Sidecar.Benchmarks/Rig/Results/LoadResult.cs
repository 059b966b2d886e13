namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>What one run of load showed.</summary>
/// <param name="Requests">That were answered.</param>
/// <param name="Rate">Requests in a second.</param>
/// <param name="Cpu">Microseconds of CPU time that the proxy's processes took for a request.</param>
/// <param name="Median">In microseconds, as the next three: how long callers waited.</param>
/// <param name="P99">99 % waited no longer.</param>
/// <param name="P999">99.9 % waited no longer.</param>
/// <param name="Longest">Nobody waited longer.</param>
/// <param name="Memory">The most resident memory meanwhile, in KiB.</param>
internal sealed record LoadResult(long Requests, double Rate, double Cpu, double Median, double P99, double P999, double Longest, long Memory);
