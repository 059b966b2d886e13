using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>Settings of the process.</summary>
internal sealed record ProcessOptions
{
    /// <summary>
    /// Whether <c>run</c> uses the scheduling policy <c>SCHED_BATCH</c>. The policy raises throughput, and beside busy
    /// processes also latency.
    /// </summary>
    [Setting("Sidecar:BatchScheduling", Default = "false")]
    public required bool BatchScheduling { get; init; }
}
