using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>The store while Redis is stopped, and after it was killed.</summary>
public sealed class StoppedRedisTests : IAsyncLifetime
{
    private RedisProcess server = null!;
    private RedisRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RedisProcess.StartAsync();
        rig = new($"{server.Endpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        rig.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Concurrent_operations_log_each_change_of_state_once()
    {
        await RunManyAsync();
        await server.KillAsync();
        await RunManyAsync();
        await server.StartAgainAsync();
        await RunManyAsync();

        Assert.Equal(
            ["shared through", "cannot be used", "shared through"],
            rig.Log.Lines.Select(
                line => line.Text.Contains("cannot be used", StringComparison.Ordinal) ? "cannot be used" : "shared through"));

        Task RunManyAsync() => Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await rig.ReadAsync())));
    }

    [Fact]
    public async Task After_a_timeout_of_a_write_the_next_read_logs_that_Redis_is_used_again()
    {
        await rig.ReadAsync();
        server.Signal(SidecarProcess.Stop);
        await rig.Store.WriteAsync(rig.Key, RedisRig.Token("a"), TestContext.Current.CancellationToken);
        server.Signal(SidecarProcess.Continue);
        await rig.ReadAsync();

        Assert.Equal(
            ["shared through", "(Timeout)", "shared through"],
            rig.Log.Lines.Select(line => line.Text.Contains("(Timeout)", StringComparison.Ordinal) ? "(Timeout)" : "shared through"));
    }

    [Fact]
    public async Task A_write_that_a_stopped_Redis_runs_later_does_not_prolong_the_token()
    {
        await using var proxy = new ChaosProxy(server.Endpoint);
        using var late = new RedisRig($"{proxy.Endpoint}");
        var token = RedisRig.Token("a", left: 60);
        await late.ReadAsync();
        proxy.BeforeScript = () => server.Signal(SidecarProcess.Stop);
        Assert.False(await late.Store.WriteAsync(late.Key, token, TestContext.Current.CancellationToken));
        await Task.Delay(TimeSpan.FromSeconds(1), SystemDefaults.Time, TestContext.Current.CancellationToken);
        server.Signal(SidecarProcess.Continue);

        await server.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");

        var left = TimeSpan.FromMilliseconds((await server.RunAsync("PTTL", rig.TokenName)).Integer!.Value);
        var remaining = token.ExpiresAt - SystemDefaults.Time.GetMonotonicNow();
        Assert.InRange(left, TimeSpan.FromSeconds(1), remaining + TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_killed_Redis_is_reported_as_unavailable_and_not_as_empty()
    {
        await server.KillAsync();

        Assert.Equal(StoreReading.Unavailable, await rig.ReadAsync());
        await rig.WriteAsync(RedisRig.Token("a"));
    }
}
