using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;

namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>Reads the number of refreshes from a sidecar's metrics.</summary>
internal static class RefreshCount
{
    private const string Metric = "clik2pay_sidecar_token_refreshes_total{";

    /// <exception cref="BenchmarkFailure">A refresh failed.</exception>
    public static async Task<long> ReadAsync(Uri admin, CancellationToken cancellationToken)
    {
        await RealClock.DelayAsync(SidecarProxy.ScrapeInterval, cancellationToken);
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(admin, "/metrics"), cancellationToken);
        var counts = text.Split('\n').Where(line => line.StartsWith(Metric, StringComparison.Ordinal)).ToList();
        var succeeded = counts.Where(HasSucceeded).Sum(ValueOf);
        if (succeeded == counts.Sum(ValueOf))
            return succeeded;

        var lines = string.Join('\n', counts.Where(line => ValueOf(line) > 0));
        throw new BenchmarkFailure($"A refresh failed, so the figures are not valid. Refreshes by outcome:\n{lines}");
    }

    private static bool HasSucceeded(string line) =>
        line.Contains("outcome=\"success\"", StringComparison.Ordinal) || line.Contains("outcome=\"adopted\"", StringComparison.Ordinal);

    private static long ValueOf(string line)
    {
        var value = line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0];
        return long.Parse(value, CultureInfo.InvariantCulture);
    }
}
