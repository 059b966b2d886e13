using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The metrics of the process, with the names that Prometheus's client libraries use
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
/// </summary>
internal static class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";
    private const string Limits = "/proc/self/limits";

    public static void AddTo(Meter meter)
    {
        using var process = Process.GetCurrentProcess();
        var startTime = ((DateTimeOffset)process.StartTime).ToUnixTimeMilliseconds() / 1000.0;

        meter.CreateObservableCounter(
            "process.cpu",
            () => Environment.CpuUsage.TotalTime.TotalSeconds,
            unit: "s",
            description: "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge(
            "process.resident_memory", () => Environment.WorkingSet, unit: "By", description: "Resident memory size in bytes.");
        meter.CreateObservableGauge(
            "process.start_time", () => startTime, unit: "s", description: "Start time of the process since unix epoch in seconds.");
        if (!Directory.Exists(OpenFiles))
            return;

        var limit = ReadLimit();
        meter.CreateObservableGauge(
            "process.open_fds",
            () => Directory.GetFileSystemEntries(OpenFiles).Length,
            description: "Number of open file descriptors.");
        meter.CreateObservableGauge("process.max_fds", () => limit, description: "Maximum number of open file descriptors.");
    }

    /// <returns>The soft limit. Infinity if the limit is unlimited.</returns>
    private static double ReadLimit()
    {
        var line = File.ReadLines(Limits).First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var text = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return double.TryParse(text, CultureInfo.InvariantCulture, out var limit) ? limit : double.PositiveInfinity;
    }
}
