using Clik2pay.Sidecar.Redis.Connections;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>Three masters that share the 16,384 slots in equal parts.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;

    private readonly List<RedisProcess> nodes = [];

    private RedisCluster()
    {
    }

    public IReadOnlyList<RedisProcess> Nodes => nodes;

    /// <param name="settings">Lines of each node's configuration file.</param>
    public static async Task<RedisCluster> StartAsync(params string[] settings)
    {
        var cluster = new RedisCluster();
        try
        {
            await cluster.FormAsync(settings);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    private async Task FormAsync(string[] settings)
    {
        for (var i = 0; i < 3; i++)
            nodes.Add(await RedisProcess.StartAsync(["cluster-enabled yes", "cluster-node-timeout 5000", .. settings]));

        for (var i = 0; i < nodes.Count; i++)
        {
            await nodes[i].RunAsync("CLUSTER", "ADDSLOTSRANGE", (i * Slots / 3) + (i == 0 ? 0 : 1), (i + 1) * Slots / 3 - (i == 2 ? 1 : 0));
            await nodes[i].RunAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
        }

        foreach (var node in nodes.Skip(1))
            await nodes[0].RunAsync("CLUSTER", "MEET", "127.0.0.1", node.Port);
        foreach (var node in nodes)
            await node.WaitForAsync(IsFormed, "CLUSTER", "INFO");
    }

    /// <summary>With <c>cluster-require-full-coverage no</c>, a node reports the state ok before it has discovered the others.</summary>
    private static bool IsFormed(RedisResult info) =>
        new[] { "cluster_state:ok", $"cluster_slots_assigned:{Slots}", "cluster_known_nodes:3" }
            .All(line => info.Text!.Contains(line, StringComparison.Ordinal));
}
