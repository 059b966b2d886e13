using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;
using static Clik2pay.Sidecar.Benchmarks.Rig.Results.MarkdownTable;

namespace Clik2pay.Sidecar.Benchmarks.Memory;

/// <summary>
/// The verb <c>memory</c>: measures the resident memory of a process that is idle, of processes that serve one load each, and of a process
/// that serves all loads of the verb <c>load</c>.
/// </summary>
internal static class MemoryVerb
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(3);

    /// <summary>The loads that a process serves one after the other, for each column of the table. An idle process serves none.</summary>
    private static readonly IReadOnlyList<LoadCase>[] Columns =
        [[], [LoadCase.Small256], [LoadCase.Post256], [LoadCase.Large256], LoadCase.Defaults];

    public static async Task RunAsync(MemoryOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Require("wrk");
        using var folder = new TemporaryFolder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        await using var store = options.Proxies.Includes(ProxyFactory.Sidecar)
            ? await SharedStore.StartAsync(folder, cancellationToken)
            : null;
        var (proxies, notInstalled) = await ProxyFactory.CreateAsync(options.Proxies, folder, provider, store, cancellationToken);
        var table = new MarkdownTable(["proxy", .. Columns.Select(loads => $"{TitleOf(loads)}, MiB"), "start to first response, ms"]);
        foreach (var proxy in proxies)
            table.Add(await MeasureAsync(proxy, new(folder), options, cancellationToken));

        var missing = notInstalled.Count == 0 ? "" : $"Not installed and not measured: {string.Join(", ", notInstalled)}.\n";
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Memory is resident memory, summed over all processes of a proxy. Each figure is the median of {options.Processes} processes.
            Each process serves only the loads of its column, each for {options.Seconds} s. The figure is the maximum during these loads.
            Idle memory is read {SettleTime.TotalSeconds} s after the first response.
            The start time is the median of {options.Starts} starts.
            {options.Proxies.DescribeScheduling()}
            {missing}
            """);
        await output.WriteLineAsync(table.ToString().AsMemory(), cancellationToken);
        await output.WriteLineAsync(note.AsMemory(), cancellationToken);
        await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
    }

    /// <returns>The row of a proxy.</returns>
    private static async Task<string[]> MeasureAsync(IProxy proxy, Wrk wrk, MemoryOptions options, CancellationToken cancellationToken)
    {
        var figures = new List<string>();
        foreach (var loads in Columns)
        {
            Progress.Report($"measuring {proxy.Name}: {TitleOf(loads)}");
            var memory = new List<double>();
            for (var i = 0; i < options.Processes; i++)
                memory.Add(await MeasureProcessAsync(proxy, wrk, loads, options.Seconds, cancellationToken));
            figures.Add(Mebibytes(Statistics.Median(memory)));
        }

        Progress.Report($"starting {proxy.Name}");
        await using var started = new MeasuredProxy(proxy);
        await started.StartAsync(options.Starts, settleTime: TimeSpan.Zero, cancellationToken);
        return [proxy.Title, .. figures, Figure(started.StartTime)];
    }

    /// <returns>The resident memory of a new process in KiB.</returns>
    private static async Task<long> MeasureProcessAsync(
        IProxy proxy, Wrk wrk, IReadOnlyList<LoadCase> loads, int seconds, CancellationToken cancellationToken)
    {
        await using var process = new MeasuredProxy(proxy);
        await process.StartAsync(times: 1, loads is [] ? SettleTime : TimeSpan.Zero, cancellationToken);
        foreach (var load in loads)
            await process.MeasureAsync(wrk, load, seconds, cancellationToken);
        return loads is [] ? process.IdleMemory : process.LoadMemory;
    }

    private static string TitleOf(IReadOnlyList<LoadCase> loads) => loads switch
    {
        [] => "idle",
        [var load] => load.Title,
        _ => "all loads of the verb load",
    };
}
