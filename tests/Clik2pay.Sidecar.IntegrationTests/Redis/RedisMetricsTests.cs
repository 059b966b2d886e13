using System.Text.Json;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>The metrics and the status of sharing through a Redis server.</summary>
public sealed class RedisMetricsTests : IAsyncLifetime
{
    private const string Operations = "clik2pay.sidecar.store_operations";
    private const string Invalid = "clik2pay.sidecar.store_foreign_values";

    private RedisServer server = null!;

    public async ValueTask InitializeAsync() => server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Each_operation_is_counted_by_its_purpose_and_its_duration_is_recorded()
    {
        using var rig = new RedisRig($"{server.Endpoint}");
        await rig.WriteAsync(RedisRig.Token("access_token_1"));
        await using (await rig.AcquireAsync())
        {
            // The lease is released.
        }

        Assert.All(["read", "write", "acquire", "release"], purpose => Assert.Equal(1, rig.Recorded.Sum(Operations, purpose, "success")));
        Assert.Equal(4, rig.Recorded.Sum(Operations));
        Assert.Equal(4, rig.Recorded.Recorded("clik2pay.sidecar.store_operation_duration").Count);
    }

    [Theory]
    [InlineData("requirepass right", "access_denied")]
    [InlineData("replicaof 127.0.0.1 1", "not_ready")]
    public async Task A_failure_is_counted_by_its_kind_and_shown_in_the_status(string setting, string kind)
    {
        await using var other = await RedisServer.StartAsync(setting);
        using var rig = new RedisRig($"{other.Endpoint}");
        Assert.Null(rig.Store.Status.IsUp);

        await rig.AcquireAsync();

        Assert.Equal((1, 1), (rig.Recorded.Sum(Operations, "acquire", kind), rig.Recorded.Sum(Operations)));
        Assert.Equal(new StoreStatus("Redis", IsUp: false, kind), rig.Store.Status);
    }

    [Fact]
    public async Task The_status_shows_that_Redis_became_unreachable_and_available_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{redis.Endpoint}");
        await rig.ReadAsync();
        Assert.Equal(new StoreStatus("Redis", IsUp: true), rig.Store.Status);

        await redis.KillAsync();
        await rig.ReadAsync();
        Assert.Equal(new StoreStatus("Redis", IsUp: false, "unreachable"), rig.Store.Status);

        await redis.StartAgainAsync();
        await rig.ReadAsync();
        Assert.Equal(new StoreStatus("Redis", IsUp: true), rig.Store.Status);
        Assert.Equal((2, 1), (rig.Recorded.Sum(Operations, "read", "success"), rig.Recorded.Sum(Operations, "read", "unreachable")));
    }

    [Fact]
    public async Task An_invalid_value_is_counted()
    {
        using var rig = new RedisRig($"{server.Endpoint}");
        await server.RunAsync("SET", rig.TokenName, "forged", "PX", "3600000");
        await rig.ReadAsync();
        await server.RunAsync("SET", rig.NoteName, "forged", "PX", "3600000");
        await using (await rig.AcquireAsync())
        {
            Assert.Equal((2, 2), (rig.Recorded.Sum(Invalid), rig.Recorded.Sum(Operations, "discard", "success")));
        }
    }

    [Fact]
    public async Task A_sidecar_shows_the_state_of_Redis_as_a_metric_and_on_the_status_page()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await Replica.StartHereAsync(upstream, tokenEndpoint, server.Endpoint);
        await sidecar.WaitForTokenAsync("access_token_1");

        // The token is written and the lease is released a moment after requests can use the token.
        await server.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");
        var metrics = await sidecar.Admin.GetStringAsync("/metrics");
        var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status")).RootElement;

        Assert.Contains("clik2pay_sidecar_store_up{} 1\n", metrics, StringComparison.Ordinal);
        const string reads = "clik2pay_sidecar_store_operations_total{operation=\"read\",outcome=\"success\"} 2\n";
        Assert.Contains(reads, metrics, StringComparison.Ordinal);
        Assert.Equal("", await Promtool.CheckMetricsAsync(metrics));
        var store = status.GetProperty("store");
        Assert.Equal(("Redis", true), (store.GetProperty("name").GetString(), store.GetProperty("up").GetBoolean()));
        Assert.Equal("acquired", status.GetProperty("lease").GetProperty("outcome").GetString());
        Assert.Contains("<dt>Last operation</dt><dd>Succeeded</dd>", await sidecar.Admin.GetStringAsync("/"), StringComparison.Ordinal);
    }
}
