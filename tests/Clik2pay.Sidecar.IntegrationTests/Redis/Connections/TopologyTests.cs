using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis.Connections;

/// <summary>Sentinels and clusters.</summary>
public sealed class TopologyTests
{
    private const string Password = "secret";

    [Fact]
    public async Task A_Sentinel_reports_the_master_and_the_next_one_after_a_failover()
    {
        var access = new RedisOptions { Endpoints = [], Login = new() { Password = Password } };
        string[] common = [$"requirepass {Password}", $"masterauth {Password}"];
        await using var master = await RedisProcess.StartAsync(access, common);
        await using var first = await RedisProcess.StartAsync(access, [.. common, $"replicaof 127.0.0.1 {master.Port}"]);
        await using var second = await RedisProcess.StartAsync(access, [.. common, $"replicaof 127.0.0.1 {master.Port}"]);
        foreach (var replica in new[] { first, second })
        {
            await replica.WaitForAsync(
                reply => reply.Text!.Contains("master_link_status:up", StringComparison.Ordinal), "INFO", "replication");
        }

        await using var sentinel = await RedisProcess.StartAsync(
            access: null,
            [
                $"sentinel monitor tokens 127.0.0.1 {master.Port} 1",
                $"sentinel auth-pass tokens {Password}",
                "sentinel down-after-milliseconds tokens 1000",
                "sentinel failover-timeout tokens 5000",
            ],
            isSentinel: true);
        await sentinel.WaitForAsync(reply => reply.Items is [_, _], "SENTINEL", "REPLICAS", "tokens");
        using var rig = new RedisRig($"{sentinel.Endpoint},serviceName=tokens,password={Password}");
        using var misnamed = new RedisRig($"{sentinel.Endpoint},serviceName=others,password={Password}");

        await rig.WriteAsync(RedisRig.Token("a", left: 1800));
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        Assert.Contains("does not monitor the service others", (await misnamed.CheckAsync()).Reason, StringComparison.Ordinal);
        foreach (var replica in new[] { first, second })
            await replica.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");

        await master.KillAsync();
        Assert.Equal(StoreReading.Unavailable, await rig.ReadAsync());
        await sentinel.WaitForAsync(reply => reply.Items![1].Text != $"{master.Port}", "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "tokens");
        while ((await rig.CheckAsync()).Failure is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, TestContext.Current.CancellationToken);

        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        await rig.WriteAsync(RedisRig.Token("b", left: 3600));
        Assert.Equal("b", (await rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_Sentinel_that_requires_a_password_gets_the_password_of_the_servers()
    {
        var access = new RedisOptions { Endpoints = [], Login = new() { Password = Password } };
        await using var master = await RedisProcess.StartAsync(access, [$"requirepass {Password}"]);
        await using var sentinel = await RedisProcess.StartAsync(
            access,
            [
                $"sentinel monitor tokens 127.0.0.1 {master.Port} 1",
                $"sentinel auth-pass tokens {Password}",
                $"requirepass {Password}",
            ],
            isSentinel: true);
        using var rig = new RedisRig($"{sentinel.Endpoint},serviceName=tokens,password={Password}");
        using var wrong = new RedisRig($"{sentinel.Endpoint},serviceName=tokens,password=wrong");

        for (var i = 0; i < 3; i++)
            Assert.Null((await rig.CheckAsync()).Reason);
        Assert.DoesNotContain("errorstat_", (await master.RunAsync("INFO", "errorstats")).Text, StringComparison.Ordinal);
        Assert.Equal(RedisFailure.AccessDenied, (await wrong.CheckAsync()).Failure);
    }

    [Fact]
    public async Task Any_node_of_a_cluster_can_be_the_endpoint_and_all_keys_of_a_token_are_on_one_node()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var (node, i) in cluster.Nodes.Select((node, i) => (node, i)))
        {
            // With three different keys, some operations start at a node that does not have the key.
            using var rig = new RedisRig($"{node.Endpoint}", password: $"password {i}");
            await rig.WriteAsync(RedisRig.Token($"token {i}"));
            await using var lease = await rig.AcquireAsync();

            Assert.Equal($"token {i}", (await rig.ReadAsync()).Token?.Value);
            Assert.Equal(LeaseOutcome.Acquired, lease.Outcome);
            Assert.Equal(LeaseOutcome.Contended, (await rig.AcquireAsync()).Outcome);
            Assert.True(await lease.ReleaseAsync(new(FailureKind.Throttled, "429", TimeSpan.FromSeconds(9))));
            Assert.Equal(LeaseOutcome.HeldOff, (await rig.AcquireAsync()).Outcome);
        }

        var sizes = await Task.WhenAll(cluster.Nodes.Select(node => node.RunAsync("DBSIZE")));
        Assert.Equal(6, sizes.Sum(size => size.Integer));
    }

    [Fact]
    public async Task A_token_is_read_and_written_while_a_cluster_moves_its_slot()
    {
        await using var cluster = await RedisCluster.StartAsync();
        using var rig = new RedisRig($"{cluster.Nodes[0].Endpoint}");
        var slot = (await cluster.Nodes[0].RunAsync("CLUSTER", "KEYSLOT", rig.TokenName)).Integer;
        var from = cluster.Nodes[(int)(slot * 3 / 16384)!];
        var to = cluster.Nodes.First(node => node != from);
        var (fromId, toId) = ((await from.RunAsync("CLUSTER", "MYID")).Text, (await to.RunAsync("CLUSTER", "MYID")).Text);
        await to.RunAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
        await from.RunAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);

        // The old node does not have the key, so it redirects with ASK.
        await rig.WriteAsync(RedisRig.Token("a"));
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        Assert.Equal(0, (await from.RunAsync("DBSIZE")).Integer);
        Assert.Equal(1, (await to.RunAsync("DBSIZE")).Integer);

        foreach (var node in cluster.Nodes)
            await node.RunAsync("CLUSTER", "SETSLOT", slot, "NODE", toId);
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_database_that_a_cluster_does_not_have_is_reported()
    {
        await using var cluster = await RedisCluster.StartAsync();
        using var rig = new RedisRig($"redis://{cluster.Nodes[0].Endpoint}/1");

        var reason = (await rig.CheckAsync()).Reason;
        Assert.Contains("does not have the database. A cluster has only database 0", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_failover_without_a_crash_the_new_master_is_used()
    {
        await using var redis = await SentinelRedis.StartAsync("127.0.0.1");
        using var rig = new RedisRig(redis.ConnectionString);
        await rig.WriteAsync(RedisRig.Token("a", left: 1800));

        await redis.FailOverAsync();
        while ((await rig.CheckAsync()).Failure is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        await rig.WriteAsync(RedisRig.Token("b"));

        Assert.Equal("b", (await rig.ReadAsync()).Token?.Value);
        var master = await redis.FindMasterAsync();
        Assert.NotNull((await master.RunAsync("GET", rig.TokenName)).Bytes);
        Assert.Contains("role:master", (await master.RunAsync("INFO", "replication")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+cluster +asking", null)]
    [InlineData("", RedisFailure.AccessDenied)]
    internal async Task A_user_needs_CLUSTER_to_find_the_node_that_has_the_keys(string more, RedisFailure? failure)
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var node in cluster.Nodes)
        {
            await node.RunAsync(
                ["ACL", "SETUSER", "limited", "on", ">limited", "~clik2pay:*", "+eval", "+time", "+get", "+set", "+del", "+strlen", "+pttl",
                    "+pexpire", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(right => (RedisValue)right)]);
        }

        using var finder = new RedisRig($"{cluster.Nodes[0].Endpoint}");
        var owner = await FindOwnerAsync(cluster, finder.TokenName);
        var other = cluster.Nodes.First(node => node != owner);
        using var rig = new RedisRig($"{other.Endpoint},user=limited,password=limited");
        using var direct = new RedisRig($"{owner.Endpoint},user=limited,password=limited");

        var response = await rig.CheckAsync();

        Assert.Equal(failure, response.Failure);
        Assert.Equal(failure is not null, response.Reason?.Contains("CLUSTER", StringComparison.Ordinal) == true);
        Assert.Null((await direct.CheckAsync()).Reason);
    }

    [Fact]
    public async Task The_node_that_has_the_keys_is_remembered_and_the_other_nodes_are_not_needed()
    {
        await using var cluster = await RedisCluster.StartAsync("cluster-require-full-coverage no");
        using var finder = new RedisRig($"{cluster.Nodes[0].Endpoint}");
        var owner = await FindOwnerAsync(cluster, finder.TokenName);
        var others = cluster.Nodes.Where(node => node != owner).ToList();
        using var rig = new RedisRig($"{others[0].Endpoint},{others[1].Endpoint}");
        await rig.WriteAsync(RedisRig.Token("a"));

        foreach (var other in others)
            await other.KillAsync();

        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
    }

    [Theory]
    [InlineData(SidecarProcess.KillSignal)]
    [InlineData(SidecarProcess.Stop)]
    public async Task The_node_that_has_the_keys_is_found_while_another_one_is_dead_or_silent(int signal)
    {
        await using var cluster = await RedisCluster.StartAsync("cluster-require-full-coverage no");
        using var finder = new RedisRig($"{cluster.Nodes[0].Endpoint}");
        var owner = await FindOwnerAsync(cluster, finder.TokenName);
        var others = cluster.Nodes.Where(node => node != owner).ToList();
        others[0].Signal(signal);

        using var rig = new RedisRig($"{others[0].Endpoint},{others[1].Endpoint}");
        while ((await rig.CheckAsync()).Failure is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        await rig.WriteAsync(RedisRig.Token("a"));

        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        Assert.NotNull((await owner.RunAsync("GET", rig.TokenName)).Bytes);
    }

    [Fact]
    public async Task A_node_that_refuses_the_login_does_not_run_a_script_as_its_default_user()
    {
        await using var cluster = await RedisCluster.StartAsync();
        using var finder = new RedisRig($"{cluster.Nodes[0].Endpoint}");
        var owner = await FindOwnerAsync(cluster, finder.TokenName);
        var other = cluster.Nodes.First(node => node != owner);
        await other.RunAsync("ACL", "SETUSER", "sidecar", "on", ">right", "allkeys", "allcommands");
        using var rig = new RedisRig($"{other.Endpoint},user=sidecar,password=right");

        await rig.WriteAsync(RedisRig.Token("a"));

        Assert.Equal(RedisFailure.AccessDenied, (await rig.CheckAsync()).Failure);
        Assert.DoesNotContain("cmdstat_eval", (await owner.RunAsync("INFO", "commandstats")).Text, StringComparison.Ordinal);
    }

    private static async Task<RedisProcess> FindOwnerAsync(RedisCluster cluster, string key)
    {
        var slot = (await cluster.Nodes[0].RunAsync("CLUSTER", "KEYSLOT", key)).Integer;
        return cluster.Nodes[(int)(slot!.Value * 3 / 16384)];
    }
}
