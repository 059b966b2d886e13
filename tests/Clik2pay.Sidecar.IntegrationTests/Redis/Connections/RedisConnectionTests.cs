using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Failures;

namespace Clik2pay.Sidecar.IntegrationTests.Redis.Connections;

/// <summary>After each operation, its connections are closed and its timers and threads end.</summary>
[Collection(OneByOne.Name)]
public sealed class RedisConnectionTests
{
    private const int Operations = 1000;

    [Fact]
    public async Task After_1000_operations_no_connection_is_open_and_timers_and_threads_have_not_accumulated()
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
            // Timers for the library's timeouts end within seconds. The timer of a heartbeat would not end.
            await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, deadline.Token);
        }

        var (timersAfter, threadsAfter) = (Timer.ActiveCount, CountThreads());
        Figures.Report(
            $"{Operations} operations: timers {timers} before, {timersAfter} after; threads {threads} before, {threadsAfter} after");
        Assert.InRange(threadsAfter, 0, threads + (Operations / 10));
    }

    [Fact]
    public async Task After_operations_that_failed_to_connect_no_connection_remains()
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
    public async Task An_operation_on_a_stopped_server_times_out_and_one_on_a_continued_server_succeeds()
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
