using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>A proxy that runs, and what has been measured of it so far.</summary>
internal sealed class Running(IContender contender) : IAsyncDisposable
{
    private readonly List<double> starts = [];
    private readonly Dictionary<LoadCase, List<LoadResult>> runs = [];
    private Server? server;

    public IContender Contender => contender;

    /// <summary>Milliseconds from the start of the process to the first answered call.</summary>
    public double StartTime => Statistics.Median(starts);

    /// <summary>Resident memory after the first call, in KiB.</summary>
    public long IdleMemory { get; private set; }

    /// <summary>The most resident memory under load, in KiB.</summary>
    public long LoadMemory => runs.Values.SelectMany(results => results).Max(result => result.Memory);

    /// <summary>Starts it so often, and leaves the last one running.</summary>
    public async Task StartAsync(int times, TimeSpan settling, CancellationToken cancellationToken)
    {
        for (var i = 0; i < times; i++)
        {
            if (server is not null)
                await server.DisposeAsync();
            var startedAt = RealClock.Time.GetTimestamp();
            server = contender.Start();
            await FirstResponse.WaitAsync(server, NginxProvider.Small, cancellationToken);
            starts.Add(RealClock.Time.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        await RealClock.Pause(settling, cancellationToken);
        IdleMemory = ProcessTree.MemoryOf(server!.Processes());
    }

    /// <summary>Load that is not looked at: until its code is compiled to the end and its pools are filled.</summary>
    public async Task WarmUpAsync(Wrk wrk, LoadCase load, int seconds, CancellationToken cancellationToken) => await wrk.RunAsync(server!, load, seconds, cancellationToken);

    public async Task MeasureAsync(Wrk wrk, LoadCase load, int seconds, CancellationToken cancellationToken)
    {
        if (!runs.TryGetValue(load, out var results))
            runs.Add(load, results = []);
        results.Add(await wrk.RunAsync(server!, load, seconds, cancellationToken));
    }

    /// <summary>In the order of the rounds.</summary>
    public IReadOnlyList<LoadResult> RunsOf(LoadCase load) => runs[load];

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? default;
}
