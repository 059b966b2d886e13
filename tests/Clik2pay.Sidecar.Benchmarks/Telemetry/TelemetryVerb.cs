using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>
/// The verb <c>telemetry</c>: measures the cost of metrics and traces, and the duration of a scrape under load. It compares sidecars
/// without telemetry, with metrics, and with metrics and traces.
/// </summary>
internal static class TelemetryVerb
{
    public static async Task RunAsync(TelemetryOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Require("wrk");
        using var folder = new TemporaryFolder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        var program = await Publisher.PublishSidecarAsync(options.Sidecar, folder, cancellationToken);
        var metrics = Create("metrics", "metrics");
        MeasuredProxy[] sidecars =
        [
            new(Create("off", "telemetry off", ("OTEL_SDK_DISABLED", "true"))),
            new(metrics),
            new(Create(
                "traces",
                "metrics, 1 % of traces exported",
                [.. Export(provider), ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.01")])),
            new(Create("all", "metrics, all traces exported", Export(provider))),
        ];
        try
        {
            var wrk = new Wrk(folder);
            await MeasureAsync(sidecars, wrk, options, cancellationToken);
            await output.WriteLineAsync(CreateTable(sidecars).AsMemory(), cancellationToken);
            await output.WriteLineAsync(CreateNote(options).AsMemory(), cancellationToken);

            var scrapes = await ScrapeLatency.MeasureAsync(wrk, sidecars[1], metrics.Admin, options.Scrapes, cancellationToken);
            await output.WriteLineAsync(scrapes.AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var sidecar in sidecars)
                await sidecar.DisposeAsync();
        }

        SidecarProxy Create(string name, string title, params IEnumerable<(string Key, string Value)> telemetry)
        {
            var variables = telemetry.Select(setting => KeyValuePair.Create(setting.Key, setting.Value));
            return new(name, title, program, SidecarEnvironment.Plain(provider).With(variables).With(options.Settings));
        }
    }

    private static async Task MeasureAsync(
        MeasuredProxy[] sidecars, Wrk wrk, TelemetryOptions options, CancellationToken cancellationToken)
    {
        foreach (var sidecar in sidecars)
        {
            await sidecar.StartAsync(times: 1, settleTime: TimeSpan.Zero, cancellationToken);
            await sidecar.WarmUpAsync(wrk, LoadCase.Small32, options.Seconds, cancellationToken);
        }

        (LoadCase Case, int Seconds)[] loads = [(LoadCase.Small32, options.Seconds), (LoadCase.Small1, SecondsOfSmall1(options))];
        await Rounds.RunAsync(
            sidecars, loads, options.Rounds, (sidecar, load) => sidecar.MeasureAsync(wrk, load.Case, load.Seconds, cancellationToken));
    }

    private static (string Key, string Value)[] Export(NginxProvider provider) =>
        [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{provider.Address}/v1/traces"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];

    private static int SecondsOfSmall1(TelemetryOptions options) => (options.Seconds / 2) + 1;

    private static string CreateNote(TelemetryOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Figures are medians of {options.Rounds} rounds. Runs with 32 connections take {options.Seconds} s.
        Runs with one connection take {SecondsOfSmall1(options)} s. Ratios are to the first row: the median and the quartiles.

        """);

    private static string CreateTable(MeasuredProxy[] sidecars)
    {
        var table = new MarkdownTable(
            "",
            "requests/s, 32 connections",
            "ratio",
            "CPU µs per request, 32 connections",
            "ratio",
            "requests/s, 1 connection",
            "ratio",
            "p50 ms, 1 connection",
            "ratio");
        foreach (var sidecar in sidecars)
        {
            table.Add([
                sidecar.Proxy.Title,
                .. Compare(sidecar, LoadCase.Small32, run => run.Rate, Figure),
                .. Compare(sidecar, LoadCase.Small32, run => run.Cpu, Figure),
                .. Compare(sidecar, LoadCase.Small1, run => run.Rate, Figure),
                .. Compare(sidecar, LoadCase.Small1, run => run.Median, Milliseconds)]);
        }

        return table.ToString();

        string[] Compare(MeasuredProxy sidecar, LoadCase load, Func<LoadResult, double> figure, Func<double, string> format)
        {
            var runs = sidecar.RunsOf(load);
            var ratios = Statistics.Ratios(runs, sidecars[0].RunsOf(load), figure);
            return [format(Statistics.Median(runs.Select(figure))), Ratio(Statistics.Median(ratios), Statistics.Quartiles(ratios))];
        }
    }
}
