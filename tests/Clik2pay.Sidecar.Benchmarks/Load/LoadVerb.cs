using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The verb <c>load</c>: compares the sidecar, with all optional features on, with other proxies.</summary>
internal static class LoadVerb
{
    private const int MaxWarmUpSeconds = 3;

    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Require("wrk");
        Machine.WarnIfBusy();
        using var folder = new TemporaryFolder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        await using var store = options.Proxies.Includes(ProxyFactory.Sidecar)
            ? await SharedStore.StartAsync(folder, cancellationToken)
            : null;
        var (selected, notInstalled) = await ProxyFactory.CreateAsync(options.Proxies, folder, provider, store, cancellationToken);
        var proxies = selected.Select(proxy => new MeasuredProxy(proxy)).ToList();
        var baseline = FindBaseline(options.Baseline, proxies);
        try
        {
            // 1. Measure the start time and the idle memory.
            foreach (var proxy in proxies)
            {
                Progress.Report($"starting {proxy.Proxy.Name}");
                await proxy.StartAsync(options.Starts, SettleTime, cancellationToken);
            }

            // 2. Warm up without recording results.
            var wrk = new Wrk(folder);
            Progress.Report("warming up");
            foreach (var proxy in proxies)
            {
                foreach (var load in options.Cases)
                    await proxy.WarmUpAsync(wrk, load, Math.Min(options.Seconds, MaxWarmUpSeconds), cancellationToken);
            }

            // 3. Measure.
            await Rounds.RunAsync(
                proxies, options.Cases, options.Rounds, (proxy, load) => proxy.MeasureAsync(wrk, load, options.Seconds, cancellationToken));

            await output.WriteLineAsync(LoadReport.CreateLoadTable(proxies, baseline, options.Cases).AsMemory(), cancellationToken);
            await output.WriteLineAsync(LoadReport.CreateProcessTable(proxies).AsMemory(), cancellationToken);
            await output.WriteLineAsync(LoadReport.CreateNotes(options, baseline, notInstalled).AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var proxy in proxies)
                await proxy.DisposeAsync();
        }
    }

    /// <exception cref="BenchmarkFailure">The named proxy is not measured.</exception>
    private static MeasuredProxy? FindBaseline(string? name, IReadOnlyList<MeasuredProxy> proxies)
    {
        return name is null
            ? Find(ProxyFactory.BareNative) ?? Find(ProxyFactory.Bare)
            : Find(name) ?? throw new BenchmarkFailure($"--baseline: '{name}' is not measured. Use one of the measured proxies.");

        MeasuredProxy? Find(string proxy) => proxies.FirstOrDefault(measured => measured.Proxy.Name == proxy);
    }
}
