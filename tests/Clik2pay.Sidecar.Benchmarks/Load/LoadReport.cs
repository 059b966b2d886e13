using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The tables of the verb <c>load</c>.</summary>
internal static class LoadReport
{
    public static string OfLoad(IReadOnlyList<Running> proxies, IReadOnlyList<LoadCase> cases)
    {
        var table = new MarkdownTable("load", "proxy", "requests/s", "requests of bare YARP's", "CPU µs a request", "CPU of bare YARP's", "p50 ms", "p99 ms", "p99 of bare YARP's", "p99.9 ms");
        var bare = proxies.FirstOrDefault(proxy => proxy.Contender.Name == BareYarpContender.ContenderName);
        foreach (var load in cases)
        {
            foreach (var proxy in proxies)
            {
                var runs = proxy.RunsOf(load);
                table.Add(
                    load.Title,
                    proxy.Contender.Title,
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

    public static string OfProcesses(IReadOnlyList<Running> proxies)
    {
        var table = new MarkdownTable("proxy", "memory when idle, MiB", "memory under load, MiB", "start to first answered call, ms", "shipped, MiB");
        foreach (var proxy in proxies)
            table.Add(proxy.Contender.Title, Mebibytes(proxy.IdleMemory * 1024), Mebibytes(proxy.LoadMemory * 1024), Figure(proxy.StartTime), proxy.Contender.ShippedBytes is { } bytes ? Mebibytes(bytes) : "");

        return table.ToString();
    }

    public static string Explain(LoadOptions options, IReadOnlyList<string> leftOut) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Medians of {options.Rounds} rounds of {options.Seconds} s in which each has its turn, and of {options.Starts} starts; ratios are medians of each round's. Memory is resident, and summed where there are several processes.
        {(leftOut.Count == 0 ? "" : $"Left out, as they are not installed: {string.Join(", ", leftOut)}.\n")}
        """);

    private static double MedianOf(IEnumerable<LoadResult> runs, Func<LoadResult, double> figure) => Statistics.Median(runs.Select(figure));

    private static string RatioTo(IReadOnlyList<LoadResult>? bare, IReadOnlyList<LoadResult> runs, Func<LoadResult, double> figure) =>
        bare is null ? "" : Ratio(Statistics.Ratio(runs, bare, figure));

    private static string Mebibytes(long bytes) => Figure(bytes / 1048576.0);
}
