using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>
/// The verb <c>refresh</c>: measures the effect of a refresh on callers. One sidecar refreshes its token in each run. The other sidecar
/// never refreshes its token.
/// </summary>
internal static class RefreshVerb
{
    private static readonly LoadCase Load = LoadCase.Small32;

    private static IReadOnlyList<Func<LoadResult, double>> Latencies { get; } =
        [run => run.Median, run => run.P99, run => run.P999, run => run.Longest];

    public static async Task RunAsync(RefreshOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Require("wrk");
        using var folder = new TemporaryFolder();
        var lifetime = TimeSpan.FromSeconds(options.LifetimeSeconds);
        await using var provider = await NginxProvider.StartAsync(folder, lifetime, cancellationToken);
        await using var store = await SharedStore.StartAsync(folder, cancellationToken);
        var program = await Publisher.PublishSidecarAsync(options.Sidecar, folder, cancellationToken);
        await using var steady = Create("steady", "no refresh", NginxProvider.TokenPath);
        await using var refreshing = Create("refreshing", "refreshes", NginxProvider.ShortTokenPath);
        MeasuredProxy[] both = [steady, refreshing];
        var wrk = new Wrk(folder);
        foreach (var sidecar in both)
        {
            await sidecar.StartAsync(times: 1, settleTime: TimeSpan.Zero, cancellationToken);
            await sidecar.WarmUpAsync(wrk, Load, options.Seconds, cancellationToken);
        }

        var refreshes = 0L;
        await Rounds.RunAsync(both, [Load], options.Rounds, async (sidecar, load) =>
        {
            var admin = ((SidecarProxy)sidecar.Proxy).Admin;
            var before = await RefreshCount.ReadAsync(admin, cancellationToken);
            await sidecar.MeasureAsync(wrk, load, options.Seconds, cancellationToken);
            var count = await RefreshCount.ReadAsync(admin, cancellationToken) - before;
            refreshes += Validate(sidecar == refreshing, count);
        });

        await output.WriteLineAsync(CreateTable(steady, refreshing).AsMemory(), cancellationToken);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Load.Title}. Figures are medians of {options.Rounds} rounds of {options.Seconds} s.
            Ratios are medians of the ratios of each round.
            The sidecar with short-lived tokens made {refreshes} refreshes, at least one in each run. The other sidecar made none.

            """);
        await output.WriteLineAsync(note.AsMemory(), cancellationToken);
        await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);

        MeasuredProxy Create(string name, string title, string tokenPath) =>
            new(new SidecarProxy(name, title, program, SidecarEnvironment.Full(provider, store, tokenPath).With(options.Settings)));
    }

    private static long Validate(bool isRefreshing, long count) => (isRefreshing, count) switch
    {
        (true, 0) => throw new BenchmarkFailure(
            "The sidecar with short-lived tokens did not refresh its token during a run. "
            + "Make runs longer with --seconds, or the token lifetime shorter with --lifetime."),
        (false, > 0) => throw new BenchmarkFailure("The sidecar with long-lived tokens refreshed its token during a run."),
        _ => count,
    };

    private static string CreateTable(MeasuredProxy steady, MeasuredProxy refreshing)
    {
        var table = new MarkdownTable("", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "longest ms");
        foreach (var sidecar in (MeasuredProxy[])[steady, refreshing])
        {
            var runs = sidecar.RunsOf(Load);
            table.Add([
                sidecar.Proxy.Title,
                Figure(Statistics.Median(runs.Select(run => run.Rate))),
                .. Latencies.Select(latency => Milliseconds(Statistics.Median(runs.Select(latency))))]);
        }

        table.Add(["ratio", RatioOf(run => run.Rate), .. Latencies.Select(RatioOf)]);
        return table.ToString();

        string RatioOf(Func<LoadResult, double> figure) =>
            Ratio(Statistics.Median(Statistics.Ratios(refreshing.RunsOf(Load), steady.RunsOf(Load), figure)));
    }
}
