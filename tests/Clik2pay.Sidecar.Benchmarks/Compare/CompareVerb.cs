using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Compare;

/// <summary>The verb <c>compare</c>: measures two builds of the sidecar and reports their ratios with confidence intervals.</summary>
internal static class CompareVerb
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(CompareOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Require("wrk");
        Machine.WarnIfBusy();
        using var folder = new TemporaryFolder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        await using var store = await SharedStore.StartAsync(folder, cancellationToken);
        var before = await Publisher.PublishSidecarAsync(options.Before, folder, cancellationToken);
        var now = await Publisher.PublishSidecarAsync(options.Sidecar, folder, cancellationToken);
        MeasuredProxy[] builds =
        [
            new(new SidecarProxy("before", "before", before, Environment())),
            new(new SidecarProxy("now", "now", now, Environment().With(options.NewSettings))),
        ];
        try
        {
            var wrk = new Wrk(folder, options.Headers);
            foreach (var build in builds)
            {
                await build.StartAsync(times: 1, SettleTime, cancellationToken, options.Headers);
                foreach (var load in options.Cases)
                    await build.WarmUpAsync(wrk, load, options.Seconds, cancellationToken);
            }

            await Rounds.RunAsync(
                builds, options.Cases, options.Rounds, (build, load) => build.MeasureAsync(wrk, load, options.Seconds, cancellationToken));

            await output.WriteLineAsync(CreateTable(builds[0], builds[1], options.Cases).AsMemory(), cancellationToken);
            var note = string.Create(
                CultureInfo.InvariantCulture,
                $"Ratios are now to before: medians of {options.Rounds} rounds of {options.Seconds} s with 90 % confidence intervals.\n");
            await output.WriteLineAsync(note.AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var build in builds)
                await build.DisposeAsync();
        }

        Dictionary<string, string> Environment() => SidecarEnvironment.Full(provider, store).With(options.Settings);
    }

    private static string CreateTable(MeasuredProxy before, MeasuredProxy now, IReadOnlyList<LoadCase> cases)
    {
        var table = new MarkdownTable("load", "requests/s", "ratio", "CPU µs per request", "ratio", "p50 ms", "ratio", "p99 ms", "ratio");
        foreach (var load in cases)
        {
            table.Add([
                load.Title,
                .. Compare(load, run => run.Rate, Figure),
                .. Compare(load, run => run.Cpu, Figure),
                .. Compare(load, run => run.Median, Milliseconds),
                .. Compare(load, run => run.P99, Milliseconds)]);
        }

        return table.ToString();

        string[] Compare(LoadCase load, Func<LoadResult, double> figure, Func<double, string> format)
        {
            var runs = now.RunsOf(load);
            var ratios = Statistics.Ratios(runs, before.RunsOf(load), figure);
            return
            [
                format(Statistics.Median(runs.Select(figure))),
                Ratio(Statistics.Median(ratios), Statistics.IntervalOfMedian(ratios)),
            ];
        }
    }
}
