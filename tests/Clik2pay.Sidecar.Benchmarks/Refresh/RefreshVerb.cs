using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>The verb <c>refresh</c>: whether callers notice one. A sidecar whose token is replaced in each run beside one that keeps its own.</summary>
internal static class RefreshVerb
{
    private static readonly LoadCase Load = LoadCase.Small32;

    public static async Task RunAsync(RefreshOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Need("wrk");
        using var folder = new Folder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromSeconds(options.Life), cancellationToken);
        await using var store = await SharedStore.StartAsync(folder, cancellationToken);
        var program = await Publishing.SidecarAsync(options.Sidecar, folder, cancellationToken);
        var steady = new SidecarContender("steady", "no refresh", program, SidecarEnvironment.Full(provider, store).With(options.Settings));
        var refreshing = new SidecarContender(
            "refreshing", "refreshes", program, SidecarEnvironment.Full(provider, store, NginxProvider.ShortLived).With(options.Settings));
        await using var calm = new Running(steady);
        await using var busy = new Running(refreshing);
        Running[] both = [calm, busy];
        var wrk = new Wrk(folder);
        foreach (var sidecar in both)
        {
            await sidecar.StartAsync(times: 1, settling: TimeSpan.Zero, cancellationToken);
            await sidecar.WarmUpAsync(wrk, Load, options.Seconds, cancellationToken);
        }

        var refreshes = 0L;
        await Turns.TakeAsync(both, options.Rounds, async sidecar =>
        {
            var admin = ((SidecarContender)sidecar.Contender).Admin;
            var before = await RefreshCount.ReadAsync(admin, cancellationToken);
            await sidecar.MeasureAsync(wrk, Load, options.Seconds, cancellationToken);
            var count = await RefreshCount.ReadAsync(admin, cancellationToken) - before;
            refreshes += Validate(sidecar == busy, count);
        });

        await output.WriteLineAsync(Tell(calm, busy).AsMemory(), cancellationToken);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{Load.Title}; medians of {options.Rounds} rounds of {options.Seconds} s in which each has its turn, and of the ratios. {refreshes} refreshes, at least one in each run, and none in those without.\n").AsMemory(), cancellationToken);
        await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
    }

    private static long Validate(bool isRefreshing, long count) => (isRefreshing, count) switch
    {
        (true, 0) => throw new BenchmarkFailure("No refresh fell into a run, which should have had one. Let runs last longer than tokens live: --seconds, --life."),
        (false, > 0) => throw new BenchmarkFailure("A refresh fell into a run that should have had none."),
        _ => count,
    };

    private static string Tell(Running calm, Running busy)
    {
        var table = new MarkdownTable("", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "longest ms");
        foreach (var sidecar in (Running[])[calm, busy])
        {
            var runs = sidecar.RunsOf(Load);
            table.Add([
                sidecar.Contender.Title,
                Figure(Statistics.Median(runs.Select(run => run.Rate))),
                .. Latencies.Select(latency => Milliseconds(Statistics.Median(runs.Select(latency))))]);
        }

        table.Add(["ratio", RatioOf(run => run.Rate), .. Latencies.Select(RatioOf)]);
        return table.ToString();

        string RatioOf(Func<LoadResult, double> figure) => Ratio(Statistics.Ratio(busy.RunsOf(Load), calm.RunsOf(Load), figure));
    }

    private static IReadOnlyList<Func<LoadResult, double>> Latencies { get; } = [run => run.Median, run => run.P99, run => run.P999, run => run.Longest];
}
