using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The tables of the verb <c>load</c>.</summary>
internal static class LoadReport
{
    public static string CreateLoadTable(IReadOnlyList<MeasuredProxy> proxies, IReadOnlyList<LoadCase> cases)
    {
        var table = new MarkdownTable(
            "load",
            "proxy",
            "requests/s",
            "requests/s vs. bare YARP",
            "CPU µs per request",
            "CPU vs. bare YARP",
            "p50 ms",
            "p99 ms",
            "p99 vs. bare YARP",
            "p99.9 ms");
        var bare = proxies.FirstOrDefault(proxy => proxy.Proxy.Name == BareYarpProxy.ProxyName);
        foreach (var load in cases)
        {
            foreach (var proxy in proxies)
            {
                var runs = proxy.RunsOf(load);
                table.Add(
                    load.Title,
                    proxy.Proxy.Title,
                    Figure(MedianOf(runs, run => run.Rate)),
                    RatioTo(bare?.RunsOf(load), runs, run => run.Rate),
                    Figure(MedianOf(runs, run => run.Cpu)),
                    RatioTo(bare?.RunsOf(load), runs, run => run.Cpu),
                    Milliseconds(MedianOf(runs, run => run.Median)),
                    Milliseconds(MedianOf(runs, run => run.P99)),
                    RatioTo(bare?.RunsOf(load), runs, run => run.P99),
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
                Mebibytes(proxy.IdleMemory * 1024),
                Mebibytes(proxy.LoadMemory * 1024),
                Figure(proxy.StartTime),
                proxy.Proxy.ShippedBytes is { } bytes ? Mebibytes(bytes) : "");
        }

        return table.ToString();
    }

    public static string CreateNotes(LoadOptions options, IReadOnlyList<string> notInstalled)
    {
        var missing = notInstalled.Count == 0 ? "" : $"Not installed and not measured: {string.Join(", ", notInstalled)}.\n";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Figures are medians of {options.Rounds} rounds of {options.Seconds} s and of {options.Starts} starts.
            Ratios are medians of the ratios of each round. Memory is resident memory, summed over all processes of a proxy.
            {missing}
            """);
    }

    private static double MedianOf(IEnumerable<LoadResult> runs, Func<LoadResult, double> figure) => Statistics.Median(runs.Select(figure));

    private static string RatioTo(IReadOnlyList<LoadResult>? bare, IReadOnlyList<LoadResult> runs, Func<LoadResult, double> figure) =>
        bare is null ? "" : Ratio(Statistics.MedianRatio(runs, bare, figure));

    private static string Mebibytes(long bytes) => Figure(bytes / 1048576.0);
}
