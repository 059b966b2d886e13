using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>Settings of the process.</summary>
internal sealed record ProcessOptions
{
    /// <summary>
    /// Whether <c>run</c> uses the policy <c>SCHED_BATCH</c>. It raises the throughput, and the latency beside busy neighbors.
    /// </summary>
    [Setting("Sidecar:BatchScheduling", Default = "false")]
    public required bool BatchScheduling { get; init; }
}
