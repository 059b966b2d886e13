using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The verb <c>load</c>: the sidecar with everything on beside other proxies, in one run and one table.</summary>
internal static class LoadVerb
{
    private const int LongestWarmUp = 3;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        Tool.Need("wrk");
        Machine.TellIfBusy();
        using var folder = new Folder();
        await using var provider = await NginxProvider.StartAsync(folder, TimeSpan.FromHours(1), cancellationToken);
        await using var store = Samples(options, "sidecar") ? await SharedStore.StartAsync(folder, cancellationToken) : null;
        var (contenders, leftOut) = await Contenders.MakeAsync(options, folder, provider, store, cancellationToken);
        var proxies = contenders.Select(contender => new Running(contender)).ToList();
        try
        {
            // 1. How long each takes to start, and what it holds when nobody calls.
            foreach (var proxy in proxies)
            {
                Progress.Tell($"{proxy.Contender.Name} starts");
                await proxy.StartAsync(options.Starts, Settling, cancellationToken);
            }

            // 2. Load that is not looked at.
            var wrk = new Wrk(folder);
            Progress.Tell("they are warmed up");
            foreach (var proxy in proxies)
            {
                foreach (var load in options.Cases)
                    await proxy.WarmUpAsync(wrk, load, Math.Min(options.Seconds, LongestWarmUp), cancellationToken);
            }

            // 3. Load that is.
            await Turns.TakeAsync(proxies, options.Rounds, async proxy =>
            {
                foreach (var load in options.Cases)
                    await proxy.MeasureAsync(wrk, load, options.Seconds, cancellationToken);
            });

            await output.WriteLineAsync(LoadReport.OfLoad(proxies, options.Cases).AsMemory(), cancellationToken);
            await output.WriteLineAsync(LoadReport.OfProcesses(proxies).AsMemory(), cancellationToken);
            await output.WriteLineAsync(LoadReport.Explain(options, leftOut).AsMemory(), cancellationToken);
            await output.WriteLineAsync((await Machine.DescribeAsync(cancellationToken)).AsMemory(), cancellationToken);
        }
        finally
        {
            foreach (var proxy in proxies)
                await proxy.DisposeAsync();
        }
    }

    public static bool Samples(LoadOptions options, string name) => options.Only.Count == 0 || options.Only.Contains(name, StringComparer.Ordinal);
}
