using System.Text.Json;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>What is measured and shown of sharing, on a real Redis.</summary>
public sealed class RedisMetricsTests : IAsyncLifetime
{
    private const string Operations = "clik2pay.sidecar.store_operations";
    private const string Invalid = "clik2pay.sidecar.store_foreign_values";
    private const string Lease = "clik2pay.sidecar.lease_acquisitions";

    private RedisServer server = null!;

    public async ValueTask InitializeAsync() => server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Each_visit_is_counted_by_what_it_was_for_and_timed()
    {
        using var rig = new RedisRig($"{server.Endpoint}");
        await rig.WriteAsync(RedisRig.Token("access_token_1"));
        await using (await rig.AcquireAsync())
        {
            // Given back.
        }

        Assert.Equal((1, 1, 1, 1, 4), (rig.Recorded.Sum(Operations, "read", "success"), rig.Recorded.Sum(Operations, "write", "success"), rig.Recorded.Sum(Operations, "acquire", "success"), rig.Recorded.Sum(Operations, "release", "success"), rig.Recorded.Sum(Operations)));
        Assert.Equal(4, rig.Recorded.Recorded("clik2pay.sidecar.store_operation_duration").Count);
    }

    [Theory]
    [InlineData("requirepass right", "access_denied")]
    [InlineData("replicaof 127.0.0.1 1", "not_ready")]
    public async Task A_failure_is_counted_by_its_kind_and_shown_until_it_is_over(string setting, string kind)
    {
        await using var other = await RedisServer.StartAsync(setting);
        using var rig = new RedisRig($"{other.Endpoint}");
        Assert.Null(rig.Store.Status.IsUp);

        await rig.AcquireAsync();

        Assert.Equal((1, 1), (rig.Recorded.Sum(Operations, "acquire", kind), rig.Recorded.Sum(Operations)));
        Assert.Equal(new StoreStatus("Redis", IsUp: false, kind), rig.Store.Status);
    }

    [Fact]
    public async Task Redis_that_went_and_came_back_is_shown_so()
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
    public async Task A_value_of_somebody_else_is_counted()
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
    public async Task A_lease_that_ran_out_is_counted_as_lost()
    {
        using var rig = new RedisRig($"{server.Endpoint}");
        await using (await rig.AcquireAsync())
            await server.RunAsync("DEL", rig.LeaseName);

        Assert.Equal(1, rig.Recorded.Sum(Lease, "lost"));
    }

    [Fact]
    public async Task A_whole_sidecar_shows_its_Redis_as_gauge_and_on_the_status_page()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await Replica.StartHereAsync(upstream, tokenEndpoint, server.Endpoint);
        await sidecar.WaitForTokenAsync("access_token_1");

        // The token is shared, and the lease given back, a moment after callers have it.
        await server.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");
        var metrics = await sidecar.Admin.GetStringAsync("/metrics");
        var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status")).RootElement;

        Assert.Contains("clik2pay_sidecar_store_up{} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("clik2pay_sidecar_store_operations_total{operation=\"read\",outcome=\"success\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Equal("", await Promtool.CheckMetricsAsync(metrics));
        Assert.Equal(("Redis", true), (status.GetProperty("store").GetProperty("name").GetString(), status.GetProperty("store").GetProperty("up").GetBoolean()));
        Assert.Equal("acquired", status.GetProperty("lease").GetProperty("outcome").GetString());
        Assert.Contains("Redis, usable at the last visit", await sidecar.Admin.GetStringAsync("/"), StringComparison.Ordinal);
    }
}
