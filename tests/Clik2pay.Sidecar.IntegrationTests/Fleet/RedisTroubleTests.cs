using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Redis fails while requests arrive. No request fails, and the replicas use Redis again afterwards.</summary>
[Collection(OneByOne.Name)]
[Trait(OneByOne.Waiting, "long")]
public sealed class RedisTroubleTests : IAsyncLifetime
{
    private const string SharedAgain = "The access token is shared through Redis";

    private readonly List<TestSidecar> sidecars = [];
    private RedisProcess redis = null!;
    private ChaosProxy proxy = null!;
    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisProcess.StartAsync();
        proxy = new(redis.Endpoint);
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        for (var i = 0; i < 3; i++)
            sidecars.Add(await Replica.StartHereAsync(upstream, tokenEndpoint, proxy.Endpoint));
        foreach (var sidecar in sidecars)
            await sidecar.WaitForTokenAsync("access_token_1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in sidecars)
            await sidecar.DisposeAsync();
        await proxy.DisposeAsync();
        await redis.DisposeAsync();
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }

    [Fact]
    public Task A_killed_and_restarted_Redis_gets_the_token_again_and_no_call_fails() => BreakAsync(
        "killed and started again empty",
        redis.KillAsync,
        redis.StartAgainAsync,
        () => redis.WaitForAsync(reply => reply.Integer == 1, "DBSIZE"));

    [Fact]
    public Task A_stopped_and_continued_Redis_is_used_again_and_no_call_fails() => BreakAsync(
        "stopped and continued",
        () => Task.Run(() => redis.Signal(SidecarProcess.Stop), Cancellation),
        () => Task.Run(() => redis.Signal(SidecarProcess.Continue), Cancellation),
        () => Fetcher.Log.WaitForAsync(SharedAgain, times: 2));

    [Fact]
    public Task A_Redis_behind_dropped_packets_is_used_again_and_no_call_fails() => BreakAsync(
        "behind dropped packets",
        () => Task.FromResult(proxy.Fault = ChaosFault.Dropped),
        () => Task.FromResult(proxy.Fault = ChaosFault.None),
        () => Fetcher.Log.WaitForAsync(SharedAgain, times: 2));

    [Fact]
    public async Task A_flushed_Redis_gets_the_token_again_and_no_call_fails()
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

    /// <summary>The replica that fetched the token. It polls Redis more often than the others.</summary>
    private TestSidecar Fetcher => sidecars.Single(sidecar =>
        sidecar.Log.Lines.Any(line => line.Text.Contains("refreshed: Success", StringComparison.Ordinal)));

    private async Task BreakAsync(string fault, Func<Task> begin, Func<Task> end, Func<Task> waitUntilUsed)
    {
        await using var load = new Load(sidecars.Select(sidecar => sidecar.Caller));
        await begin();
        await Fetcher.Log.WaitForAsync("Redis cannot be used");

        // Long enough for one more poll during the fault.
        await Task.Delay(TimeSpan.FromSeconds(10), SystemDefaults.Time, Cancellation);
        await end();
        var endedAt = SystemDefaults.Time.GetTimestamp();
        await waitUntilUsed();
        Report(fault, load, SystemDefaults.Time.GetElapsedTime(endedAt));
    }

    private void Report(string fault, Load load, TimeSpan usedAgainAfter)
    {
        var (extra, seconds) = (tokenEndpoint.Calls - 1, usedAgainAfter.TotalSeconds);
        Figures.Report($"Redis {fault}: {load.Failed} of {load.Succeeded} calls failed, {extra} extra token calls");
        Figures.Report($"Redis {fault}: used again after {seconds:0.0} s");
        Assert.InRange(load.Succeeded, 100, int.MaxValue);
        Assert.Equal(0, load.Failed);
        Assert.Equal(1, tokenEndpoint.Calls);
        Assert.InRange(usedAgainAfter, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }
}
