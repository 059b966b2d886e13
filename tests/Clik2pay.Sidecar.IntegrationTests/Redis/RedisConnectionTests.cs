using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Connections to a real server are closed after each operation, and nothing else remains.</summary>
[Collection(OneByOne.Name)]
public sealed class RedisConnectionTests
{
    private const int Operations = 1000;

    [Fact]
    public async Task Nothing_is_left_of_1000_operations()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint}");
        await rig.WriteAsync(RedisRig.Token("a"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60), SystemDefaults.Time);
        var (timers, threads) = (Timer.ActiveCount, CountThreads());

        for (var i = 0; i < Operations; i++)
            Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);

        Assert.Equal(0, await server.CountClientsAsync());
        Assert.Equal(0, CountSockets(server.Port));
        while (Timer.ActiveCount > timers + (Operations / 10))
        {
            // The library's timeouts of a few seconds end by themselves. A heartbeat would not.
            await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, deadline.Token);
        }

        var (timersAfter, threadsAfter) = (Timer.ActiveCount, CountThreads());
        Figures.Report(
            $"{Operations} operations: timers {timers} before, {timersAfter} after; threads {threads} before, {threadsAfter} after");
        Assert.InRange(threadsAfter, 0, threads + (Operations / 10));
    }

    [Fact]
    public async Task Nothing_is_left_of_operations_that_failed_while_they_connected()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var proxy = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.Cut };
        using var rig = new RedisRig($"{proxy.Endpoint},password=wrong");

        for (var i = 0; i < Operations / 10; i++)
        {
            proxy.Fault = i % 2 == 0 ? ChaosFault.Cut : ChaosFault.None;
            Assert.NotNull((await rig.CheckAsync()).Failure);
        }

        Assert.Equal(Operations / 10, proxy.Connections);
        Assert.Equal(0, CountSockets(proxy.Endpoint.Port));
    }

    [Fact]
    public async Task A_stopped_server_costs_the_deadline_and_is_used_again_when_it_continues()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint}");
        await rig.WriteAsync(RedisRig.Token("a"));

        server.Signal(SidecarProcess.Stop);
        Assert.Equal(RedisFailure.Timeout, (await rig.CheckAsync()).Failure);
        Assert.Equal(0, CountSockets(server.Port));

        server.Signal(SidecarProcess.Continue);
        Assert.Null((await rig.CheckAsync()).Reason);
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
    }

    private static int CountThreads() => Directory.GetDirectories("/proc/self/task").Length;

    /// <summary>Counts this process's established connections to a port (proc(5), /proc/net/tcp).</summary>
    private static int CountSockets(int port)
    {
        var remote = string.Create(CultureInfo.InvariantCulture, $":{port:X4} 01 ");
        return File.ReadLines("/proc/net/tcp").Count(line => line.Contains(remote, StringComparison.Ordinal));
    }
}
