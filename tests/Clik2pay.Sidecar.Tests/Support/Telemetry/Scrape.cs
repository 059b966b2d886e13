using System.Globalization;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Reads <c>/metrics</c> like Prometheus.</summary>
internal static class Scrape
{
    /// <summary>The beginning of the names of the sidecar's own metrics.</summary>
    public const string Prefix = "clik2pay_sidecar_";

    /// <summary>Scrapes after every request has been counted.</summary>
    public static async Task<string> ReadAsync(TestSidecar sidecar)
    {
        await sidecar.WaitForRequestsInProgressAsync(0);
        return await sidecar.Admin.GetStringAsync("/metrics");
    }

    /// <returns>The value of one of the sidecar's own series.</returns>
    /// <param name="text">The response to a scrape.</param>
    /// <param name="series">The name without the prefix, with the labels.</param>
    public static double Value(string text, string series) => double.Parse(
        text.Split('\n').Single(line => line.StartsWith($"{Prefix}{series} ", StringComparison.Ordinal)).Split(' ')[^1],
        CultureInfo.InvariantCulture);
}
