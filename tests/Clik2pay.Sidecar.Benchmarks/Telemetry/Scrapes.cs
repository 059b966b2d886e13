using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>How long Prometheus waits for a sidecar that has much to do.</summary>
internal static class Scrapes
{
    public static async Task<string> MeasureAsync(Wrk wrk, Running sidecar, Uri admin, int count, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var address = new Uri(admin, "/metrics");
        await http.GetByteArrayAsync(address, cancellationToken);
        var load = sidecar.WarmUpAsync(wrk, LoadCase.Small32, (int)(count * SidecarContender.ScrapeInterval.TotalSeconds * 1.1) + 2, cancellationToken);
        await RealClock.Pause(TimeSpan.FromSeconds(1), cancellationToken);
        var (times, size) = (new List<double>(), 0);
        for (var i = 0; i < count; i++)
        {
            var startedAt = RealClock.Time.GetTimestamp();
            size = (await http.GetByteArrayAsync(address, cancellationToken)).Length;
            times.Add(RealClock.Time.GetElapsedTime(startedAt).TotalMilliseconds);
            await RealClock.Pause(SidecarContender.ScrapeInterval, cancellationToken);
        }

        await load;
        times.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"A scrape under load: median {Figure(Statistics.Median(times))} ms, 95 % within {Figure(times[(int)(times.Count * 0.95)])} ms, longest {Figure(times[^1])} ms, {size / 1024} KiB ({count} scrapes).\n");
    }
}
