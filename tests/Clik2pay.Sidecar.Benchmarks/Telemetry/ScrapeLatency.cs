using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>Measures the duration of a scrape while the sidecar is under load.</summary>
internal static class ScrapeLatency
{
    private static readonly TimeSpan LoadStartTime = TimeSpan.FromSeconds(1);

    public static async Task<string> MeasureAsync(Wrk wrk, MeasuredProxy sidecar, Uri admin, int count, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var address = new Uri(admin, "/metrics");
        await http.GetByteArrayAsync(address, cancellationToken);

        // The load lasts longer than all scrapes together.
        var seconds = (int)(count * SidecarProxy.ScrapeInterval.TotalSeconds * 1.1) + 2;
        var load = sidecar.WarmUpAsync(wrk, LoadCase.Small32, seconds, cancellationToken);
        await RealClock.DelayAsync(LoadStartTime, cancellationToken);
        var (times, size) = (new List<double>(), 0);
        for (var i = 0; i < count; i++)
        {
            var startedAt = RealClock.Time.GetTimestamp();
            size = (await http.GetByteArrayAsync(address, cancellationToken)).Length;
            times.Add(RealClock.Time.GetElapsedTime(startedAt).TotalMilliseconds);
            await RealClock.DelayAsync(SidecarProxy.ScrapeInterval, cancellationToken);
        }

        await load;
        times.Sort();
        var (median, p95, longest) = (Figure(Statistics.Median(times)), Figure(times[(int)(times.Count * 0.95)]), Figure(times[^1]));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"A scrape under load: median {median} ms, p95 {p95} ms, longest {longest} ms, {size / 1024} KiB ({count} scrapes).\n");
    }
}
