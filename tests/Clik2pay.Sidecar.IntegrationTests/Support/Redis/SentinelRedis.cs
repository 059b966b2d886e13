using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis.Connections;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>Two Redis servers, of which one is the master and the other its replica, and a Sentinel that monitors them.</summary>
internal sealed class SentinelRedis : IAsyncDisposable
{
    /// <summary>The Sentinel's name for the master.</summary>
    public const string ServiceName = "tokens";

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<RedisProcess> servers;

    private SentinelRedis(IReadOnlyList<RedisProcess> servers, RedisProcess sentinel) => (this.servers, Sentinel) = (servers, sentinel);

    public RedisProcess Sentinel { get; }

    public string ConnectionString => $"{Sentinel.Endpoint},serviceName={ServiceName}";

    /// <summary>Everything that a sidecar connects to.</summary>
    public IEnumerable<int> Ports => servers.Append(Sentinel).Select(server => server.Port);

    /// <param name="address">The address that the servers and the Sentinel listen on.</param>
    public static async Task<SentinelRedis> StartAsync(string address)
    {
        // Protected mode would refuse clients whose addresses are not loopback. Without a delay, a replica is in sync earlier.
        string[] common = ["protected-mode no", "repl-diskless-sync-delay 0"];
        var started = new List<RedisProcess>();
        try
        {
            started.Add(await StartServerAsync());
            started.Add(await StartServerAsync($"replicaof {address} {started[0].Port}"));
            started.Add(await RedisProcess.StartAsync(
                access: null,
                [
                    "protected-mode no",
                    $"sentinel monitor {ServiceName} {address} {started[0].Port} 1",
                    $"sentinel down-after-milliseconds {ServiceName} 1000",
                    $"sentinel failover-timeout {ServiceName} 2000",
                ],
                isSentinel: true,
                address: address));
            var redis = new SentinelRedis(started[..2], started[2]);
            await redis.Sentinel.WaitForAsync(reply => reply.Items is [_], "SENTINEL", "REPLICAS", ServiceName);
            await redis.RepairAsync();
            return redis;
        }
        catch
        {
            foreach (var server in started)
                await server.DisposeAsync();
            throw;
        }

        Task<RedisProcess> StartServerAsync(params string[] settings) =>
            RedisProcess.StartAsync(access: null, [.. common, .. settings], isSentinel: false, address: address);
    }

    /// <summary>Asks the Sentinel for the master.</summary>
    public async Task<RedisProcess> FindMasterAsync()
    {
        var address = await Sentinel.RunAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName);
        return servers.Single(server => $"{server.Port}" == address.Items![1].Text);
    }

    /// <summary>Makes the replica the master while both are up.</summary>
    public async Task FailOverAsync()
    {
        var before = await FindMasterAsync();
        while (await FindMasterAsync() == before)
        {
            try
            {
                await Sentinel.RunAsync("SENTINEL", "FAILOVER", ServiceName);
            }
            catch (RedisServerException)
            {
                // A failover is in progress, or the Sentinel has not detected yet that the replica is up.
            }

            await PauseAsync();
        }
    }

    /// <summary>Kills the master, and starts it again after the Sentinel has made the other server the master.</summary>
    public async Task KillMasterAsync()
    {
        var before = await FindMasterAsync();
        await before.KillAsync();
        while (await FindMasterAsync() == before)
            await PauseAsync();
        await before.StartAgainAsync();
    }

    /// <summary>Waits until the Sentinel reports no problem, and until the other server is a replica in sync with the master.</summary>
    public async Task RepairAsync()
    {
        while (true)
        {
            var master = await FindMasterAsync();
            if (await ReadFlagsAsync("MASTER") == "master" && await IsInSyncAsync(servers.Single(server => server != master), master)
                && await ReadFlagsAsync("REPLICAS") == "slave")
            {
                return;
            }

            await PauseAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers.Append(Sentinel))
            await server.DisposeAsync();
    }

    private static Task PauseAsync() => Task.Delay(PollPeriod, SystemDefaults.Time, TestContext.Current.CancellationToken);

    /// <summary>Makes a former master a replica first, because the Sentinel would do so only after 8 s.</summary>
    private static async Task<bool> IsInSyncAsync(RedisProcess replica, RedisProcess master)
    {
        try
        {
            var replication = (await replica.RunAsync("INFO", "replication")).Text!;
            if (!replication.Contains($"master_port:{master.Port}\r\n", StringComparison.Ordinal))
                await replica.RunAsync("REPLICAOF", master.Endpoint.Host, master.Port);

            return replication.Contains("master_link_status:up", StringComparison.Ordinal);
        }
        catch (RedisConnectionException)
        {
            // While a replica loads the data of its master, the connection is refused.
            return false;
        }
    }

    /// <param name="command">MASTER, or REPLICAS for the only replica.</param>
    /// <returns>The flags that the Sentinel reports.</returns>
    private async Task<string> ReadFlagsAsync(string command)
    {
        var reply = await Sentinel.RunAsync("SENTINEL", command, ServiceName);
        var fields = (command == "MASTER" ? reply : reply.Items!.Single()).Items!.Select(item => item.Text!).ToList();
        return fields[fields.IndexOf("flags") + 1];
    }
}
