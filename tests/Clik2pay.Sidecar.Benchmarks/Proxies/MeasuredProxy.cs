using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>A running proxy and its results so far.</summary>
internal sealed class MeasuredProxy(IProxy proxy) : IAsyncDisposable
{
    private readonly List<double> startTimes = [];
    private readonly Dictionary<LoadCase, List<LoadResult>> runs = [];
    private Server? server;

    public IProxy Proxy => proxy;

    /// <summary>The median time in milliseconds from the start of the process to its first response with status 200.</summary>
    public double StartTime => Statistics.Median(startTimes);

    /// <summary>Resident memory in KiB after the first response.</summary>
    public long IdleMemory { get; private set; }

    /// <summary>Maximum resident memory in KiB under load.</summary>
    public long LoadMemory => runs.Values.SelectMany(results => results).Max(result => result.Memory);

    /// <summary>Starts the proxy the given number of times. The last process keeps running.</summary>
    /// <param name="times">The number of starts.</param>
    /// <param name="settleTime">The time between the first response of the last process and the reading of its idle memory.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="headers">Additional headers of the first request.</param>
    public async Task StartAsync(
        int times,
        TimeSpan settleTime,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? headers = null)
    {
        for (var i = 0; i < times; i++)
        {
            if (server is not null)
                await server.DisposeAsync();
            var startedAt = RealClock.Time.GetTimestamp();
            server = proxy.Start();
            await FirstResponse.WaitAsync(server, NginxProvider.SmallPath, cancellationToken, headers);
            startTimes.Add(RealClock.Time.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        await RealClock.DelayAsync(settleTime, cancellationToken);
        IdleMemory = ProcessTree.MemoryOf(server!.Processes());
    }

    /// <summary>Runs a load without recording its result, so that the proxy compiles its code and fills its pools.</summary>
    public async Task WarmUpAsync(Wrk wrk, LoadCase load, int seconds, CancellationToken cancellationToken) =>
        await wrk.RunAsync(server!, load, seconds, cancellationToken);

    public async Task MeasureAsync(Wrk wrk, LoadCase load, int seconds, CancellationToken cancellationToken)
    {
        if (!runs.TryGetValue(load, out var results))
            runs.Add(load, results = []);
        results.Add(await wrk.RunAsync(server!, load, seconds, cancellationToken));
    }

    /// <summary>The results of a load, in the order of the rounds.</summary>
    public IReadOnlyList<LoadResult> RunsOf(LoadCase load) => runs[load];

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? default;
}
