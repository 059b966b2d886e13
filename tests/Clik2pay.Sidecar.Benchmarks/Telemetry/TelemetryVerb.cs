using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>
/// The verb <c>telemetry</c>: what metrics and traces cost. The sidecar with telemetry turned off, with metrics, and with metrics and traces, beside
/// each other; and how long a scrape takes under load.
/// </summary>
internal static class TelemetryVerb
{
    public static async Task RunAsync(TelemetryOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Need("wrk");
        using var folder = new Folder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        var program = await Publishing.SidecarAsync(options.Sidecar, folder, cancellationToken);
        var metrics = new SidecarContender("metrics", "metrics", program, With());
        Running[] sidecars =
        [
            new(new SidecarContender("off", "telemetry off", program, With(("OTEL_SDK_DISABLED", "true")))),
            new(metrics),
            new(new SidecarContender("traces", "metrics, and one trace in a hundred exported", program, With(
                [.. Export(provider), ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.01")]))),
            new(new SidecarContender("all", "metrics, and every trace exported", program, With(Export(provider)))),
        ];
        try
        {
            var wrk = new Wrk(folder);
            foreach (var sidecar in sidecars)
            {
                await sidecar.StartAsync(times: 1, settling: TimeSpan.Zero, cancellationToken);
                await sidecar.WarmUpAsync(wrk, LoadCase.Small32, options.Seconds, cancellationToken);
            }

            await Turns.TakeAsync(sidecars, options.Rounds, async sidecar =>
            {
                await sidecar.MeasureAsync(wrk, LoadCase.Small32, options.Seconds, cancellationToken);
                await sidecar.MeasureAsync(wrk, LoadCase.Small1, (options.Seconds / 2) + 1, cancellationToken);
            });

            await output.WriteLineAsync(Tell(sidecars).AsMemory(), cancellationToken);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"Medians of {options.Rounds} rounds of {options.Seconds} s in which each has its turn; of the ratios to the first the median, and between which two the middle half of them is.\n").AsMemory(), cancellationToken);

            // Scrapes while requests come as fast as they can.
            await output.WriteLineAsync((await Scrapes.MeasureAsync(wrk, sidecars[1], metrics.Admin, options.Scrapes, cancellationToken)).AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var sidecar in sidecars)
                await sidecar.DisposeAsync();
        }

        Dictionary<string, string> With(params IEnumerable<(string Key, string Value)> telemetry) => SidecarEnvironment.Plain(provider)
            .With(telemetry.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .With(options.Settings);
    }

    private static (string Key, string Value)[] Export(NginxProvider provider) =>
        [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{provider.Address}/v1/traces"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    private static string Tell(Running[] sidecars)
    {
        var table = new MarkdownTable("", "requests/s, 32 connections", "ratio", "CPU µs a request, 32 connections", "ratio", "requests/s, 1 connection", "ratio", "median latency ms, 1 connection", "ratio");
        foreach (var sidecar in sidecars)
        {
            table.Add([
                sidecar.Contender.Title,
                .. Compare(sidecar, LoadCase.Small32, run => run.Rate, Figure),
                .. Compare(sidecar, LoadCase.Small32, run => run.Cpu, Figure),
                .. Compare(sidecar, LoadCase.Small1, run => run.Rate, Figure),
                .. Compare(sidecar, LoadCase.Small1, run => run.Median, Milliseconds)]);
        }

        return table.ToString();

        string[] Compare(Running sidecar, LoadCase load, Func<LoadResult, double> figure, Func<double, string> write)
        {
            var (runs, off) = (sidecar.RunsOf(load), sidecars[0].RunsOf(load));
            var ratios = runs.Zip(off, (run, other) => figure(run) / figure(other)).Order().ToList();
            return [write(Statistics.Median(runs.Select(figure))), $"{Ratio(Statistics.Median(ratios))} ({Ratio(ratios[ratios.Count / 4])} to {Ratio(ratios[ratios.Count * 3 / 4])})"];
        }
    }
}
