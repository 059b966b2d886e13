using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The tables of the verb <c>load</c>.</summary>
internal static class LoadReport
{
    public static string CreateLoadTable(
        IReadOnlyList<MeasuredProxy> proxies, MeasuredProxy? baseline, IReadOnlyList<LoadCase> cases)
    {
        var other = NameOf(baseline);
        var table = new MarkdownTable(
            "load",
            "proxy",
            "requests/s",
            $"requests/s vs. {other}",
            "CPU µs per request",
            $"CPU vs. {other}",
            "p50 ms",
            "p99 ms",
            $"p99 vs. {other}",
            "p99.9 ms");
        foreach (var load in cases)
        {
            var others = baseline?.RunsOf(load);
            foreach (var proxy in proxies)
            {
                var runs = proxy.RunsOf(load);
                table.Add(
                    load.Title,
                    proxy.Proxy.Title,
                    Figure(MedianOf(runs, run => run.Rate)),
                    Compare(runs, others, run => run.Rate),
                    Figure(MedianOf(runs, run => run.Cpu)),
                    Compare(runs, others, run => run.Cpu),
                    Milliseconds(MedianOf(runs, run => run.Median)),
                    Milliseconds(MedianOf(runs, run => run.P99)),
                    others is null ? "" : Ratio(Statistics.Median(Statistics.Ratios(runs, others, run => run.P99))),
                    Milliseconds(MedianOf(runs, run => run.P999)));
            }
        }

        return table.ToString();
    }

    public static string CreateProcessTable(IReadOnlyList<MeasuredProxy> proxies)
    {
        var table = new MarkdownTable(
            "proxy", "idle memory, MiB", "memory under load, MiB", "start to first response, ms", "shipped size, MiB");
        foreach (var proxy in proxies)
        {
            table.Add(
                proxy.Proxy.Title,
                Mebibytes(proxy.IdleMemory),
                Mebibytes(proxy.LoadMemory),
                Figure(proxy.StartTime),
                proxy.Proxy.ShippedBytes is { } bytes ? Mebibytes(bytes / 1024.0) : "");
        }

        return table.ToString();
    }

    public static string CreateNotes(LoadOptions options, MeasuredProxy? baseline, IReadOnlyList<string> notInstalled)
    {
        var missing = notInstalled.Count == 0 ? "" : $"Not installed and not measured: {string.Join(", ", notInstalled)}.\n";
        var settings = options.Proxies.Settings.Select(setting => $"{setting.Key}={setting.Value}").ToList();
        var added = settings.Count == 0 ? "" : $"The sidecar ran with {string.Join(", ", settings)}.\n";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Figures are medians of {options.Rounds} rounds of {options.Seconds} s and of {options.Starts} starts.
            Ratios are relative to {NameOf(baseline)}. They are medians of the ratios of the rounds, with the first and third quartiles.
            {options.Proxies.DescribeScheduling()}
            Memory is resident memory, summed over all processes of a proxy.
            {added}{missing}
            """);
    }

    private static string NameOf(MeasuredProxy? baseline) => baseline?.Proxy.Title ?? "bare YARP (not measured)";

    private static double MedianOf(IEnumerable<LoadResult> runs, Func<LoadResult, double> figure) => Statistics.Median(runs.Select(figure));

    /// <returns>The median of the ratios with its quartiles, or nothing if there is no baseline.</returns>
    private static string Compare(IReadOnlyList<LoadResult> runs, IReadOnlyList<LoadResult>? others, Func<LoadResult, double> figure)
    {
        if (others is null)
            return "";
        var ratios = Statistics.Ratios(runs, others, figure);
        return Ratio(Statistics.Median(ratios), Statistics.Quartiles(ratios));
    }
}
