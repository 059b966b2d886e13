namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>The result of one run of load.</summary>
/// <param name="Requests">The number of requests with a response.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="Cpu">CPU time of the proxy's processes per request, in microseconds.</param>
/// <param name="Median">Median latency in microseconds.</param>
/// <param name="P99">99th percentile of the latency in microseconds.</param>
/// <param name="P999">99.9th percentile of the latency in microseconds.</param>
/// <param name="Longest">Maximum latency in microseconds.</param>
/// <param name="Memory">Maximum resident memory during the run, in KiB.</param>
internal sealed record LoadResult(
    long Requests, double Rate, double Cpu, double Median, double P99, double P999, double Longest, long Memory);
