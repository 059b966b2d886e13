using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Compare;

/// <summary>The verb <c>compare</c>: measures two builds of the sidecar in one run, and the ratio between them with its interval.</summary>
internal static class CompareVerb
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(CompareOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Need("wrk");
        Machine.TellIfBusy();
        using var folder = new Folder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        await using var store = await SharedStore.StartAsync(folder, cancellationToken);
        var before = await Publishing.SidecarAsync(options.Before, folder, cancellationToken);
        var now = await Publishing.SidecarAsync(options.Sidecar, folder, cancellationToken);
        Running[] builds =
        [
            new(new SidecarContender("before", "before", before, Environment())),
            new(new SidecarContender("now", "now", now, Environment().With(options.NewSettings))),
        ];
        try
        {
            var wrk = new Wrk(folder);
            foreach (var build in builds)
            {
                await build.StartAsync(times: 1, Settling, cancellationToken);
                foreach (var load in options.Cases)
                    await build.WarmUpAsync(wrk, load, options.Seconds, cancellationToken);
            }

            await Turns.TakeAsync(builds, options.Rounds, async build =>
            {
                foreach (var load in options.Cases)
                    await build.MeasureAsync(wrk, load, options.Seconds, cancellationToken);
            });

            await output.WriteLineAsync(Report(builds[0], builds[1], options.Cases).AsMemory(), cancellationToken);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"Ratios of now to before: the median of {options.Rounds} rounds of {options.Seconds} s in which both take turns, and its 90 % interval.\n").AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var build in builds)
                await build.DisposeAsync();
        }

        Dictionary<string, string> Environment() => SidecarEnvironment.Full(provider, store).With(options.Settings);
    }

    private static string Report(Running before, Running now, IReadOnlyList<LoadCase> cases)
    {
        var table = new MarkdownTable("load", "requests/s", "ratio", "CPU µs a request", "ratio", "p50 ms", "ratio", "p99 ms", "ratio");
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

        string[] Compare(LoadCase load, Func<LoadResult, double> figure, Func<double, string> write)
        {
            var runs = now.RunsOf(load);
            var ratios = runs.Zip(before.RunsOf(load), (run, other) => figure(run) / figure(other)).ToArray();
            var (low, high) = Statistics.IntervalOfMedian(ratios);
            return [write(Statistics.Median(runs.Select(figure))), $"{Ratio(Statistics.Median(ratios))} ({Ratio(low)} to {Ratio(high)})"];
        }
    }
}
