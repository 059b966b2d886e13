using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>What happens to Redis while callers call, and what they notice of it.</summary>
[Collection(OneByOne.Name)]
[Trait(OneByOne.Waiting, "long")]
public sealed class RedisTroubleTests : IAsyncLifetime
{
    private const string SharedAgain = "The access token is shared through Redis";

    private readonly List<TestSidecar> sidecars = [];
    private RedisProcess redis = null!;
    private ChaosProxy way = null!;
    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisProcess.StartAsync();
        way = new(redis.Endpoint);
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        for (var i = 0; i < 3; i++)
            sidecars.Add(await Replica.StartHereAsync(upstream, tokenEndpoint, way.Endpoint));
        foreach (var sidecar in sidecars)
            await sidecar.WaitForTokenAsync("access_token_1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in sidecars)
            await sidecar.DisposeAsync();
        await way.DisposeAsync();
        await redis.DisposeAsync();
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }

    [Fact]
    public Task Redis_killed_and_started_again() => EndureAsync(
        "killed and started again empty",
        redis.KillAsync,
        redis.StartAgainAsync,
        () => redis.WaitForAsync(reply => reply.Integer == 1, "DBSIZE"));

    [Fact]
    public Task Redis_stopped_and_continued() => EndureAsync(
        "stopped and continued",
        () => Task.Run(() => redis.Signal(SidecarProcess.Stop), Cancellation),
        () => Task.Run(() => redis.Signal(SidecarProcess.Continue), Cancellation),
        () => Keeper.Log.WaitForAsync(SharedAgain, times: 2));

    [Fact]
    public Task Packets_to_Redis_dropped() => EndureAsync(
        "behind dropped packets",
        () => Task.FromResult(way.Fault = ChaosFault.Dropped),
        () => Task.FromResult(way.Fault = ChaosFault.None),
        () => Keeper.Log.WaitForAsync(SharedAgain, times: 2));

    [Fact]
    public async Task Redis_flushed()
    {
        await using var load = new Load(sidecars.Select(sidecar => sidecar.Caller));
        var flushedAt = SystemDefaults.Time.GetTimestamp();
        await redis.RunAsync("FLUSHALL");

        await redis.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");

        var after = SystemDefaults.Time.GetElapsedTime(flushedAt);
        await using var late = await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint);
        await late.WaitForTokenAsync("access_token_1");
        Report("flushed", load, after);
    }

    /// <summary>The replica that looks after the shared token.</summary>
    private TestSidecar Keeper => sidecars.Single(sidecar => sidecar.Log.Lines.Any(line => line.Text.Contains("refreshed: Success", StringComparison.Ordinal)));

    private async Task EndureAsync(string what, Func<Task> takeAway, Func<Task> giveBack, Func<Task> inUse)
    {
        await using var load = new Load(sidecars.Select(sidecar => sidecar.Caller));
        await takeAway();
        await Keeper.Log.WaitForAsync("Redis cannot be used");

        // Another look while it is away; and in between, callers.
        await Task.Delay(TimeSpan.FromSeconds(10), SystemDefaults.Time, Cancellation);
        await giveBack();
        var returnedAt = SystemDefaults.Time.GetTimestamp();
        await inUse();
        Report(what, load, SystemDefaults.Time.GetElapsedTime(returnedAt));
    }

    private void Report(string what, Load load, TimeSpan usedAgainAfter)
    {
        Figures.Report($"Redis {what}, under load: {load.Failed} of {load.Succeeded} calls failed, {tokenEndpoint.Calls - 1} extra token calls, used again after {usedAgainAfter.TotalSeconds:0.0} s");
        Assert.InRange(load.Succeeded, 100, int.MaxValue);
        Assert.Equal(0, load.Failed);
        Assert.Equal(1, tokenEndpoint.Calls);
        Assert.InRange(usedAgainAfter, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }
}
