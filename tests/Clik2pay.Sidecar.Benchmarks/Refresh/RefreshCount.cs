using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;

namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>How many refreshes a sidecar has had, by its own word.</summary>
internal static class RefreshCount
{
    private const string Metric = "clik2pay_sidecar_token_refreshes_total{";

    /// <exception cref="BenchmarkFailure">One of them failed.</exception>
    public static async Task<long> ReadAsync(Uri admin, CancellationToken cancellationToken)
    {
        await RealClock.Pause(SidecarContender.ScrapeInterval, cancellationToken);
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(admin, "/metrics"), cancellationToken);
        var counts = text.Split('\n').Where(line => line.StartsWith(Metric, StringComparison.Ordinal)).ToList();
        var good = counts.Where(IsGood).Sum(ValueOf);
        return good == counts.Sum(ValueOf) ? good : throw new BenchmarkFailure("A refresh failed, so the figures would not be those of a refresh:\n" + string.Join('\n', counts.Where(line => ValueOf(line) > 0)));
    }

    private static bool IsGood(string line) => line.Contains("outcome=\"success\"", StringComparison.Ordinal) || line.Contains("outcome=\"adopted\"", StringComparison.Ordinal);

    private static long ValueOf(string line) => long.Parse(line.AsSpan(line.LastIndexOf('}') + 1).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
}
