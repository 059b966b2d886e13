using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>What is measured on the way of a token, on simulated time.</summary>
public sealed class TokenMetricsTests : IDisposable
{
    private const string Refreshes = "clik2pay.sidecar.token_refreshes";
    private const string Calls = "clik2pay.sidecar.token_endpoint_requests";
    private const string Lease = "clik2pay.sidecar.lease_acquisitions";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestMeters meters = new();
    private readonly TokenMetrics metrics;
    private readonly RecordedMetrics seen;
    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly InProcessTokenStore store;
    private readonly InProcessTokenLease lease;

    public TokenMetricsTests()
    {
        metrics = new(meters);
        seen = new(meters);
        endpoint = new(simulation.Time) { Latency = 2 * Second };
        store = new(simulation.Time);
        lease = new(simulation.Time);
    }

    public void Dispose()
    {
        seen.Dispose();
        meters.Dispose();
    }

    [Fact]
    public void Each_refresh_is_counted_by_outcome_and_trigger_and_timed()
    {
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.Equal((1, 1, 2), (seen.Sum(Refreshes, "success", "startup"), seen.Sum(Refreshes, "success", "scheduled"), seen.Sum(Refreshes)));
        Assert.Equal((2, 2), (seen.Sum(Calls, "success"), seen.Sum(Calls)));
        Assert.Equal([2, 2], seen.Recorded("clik2pay.sidecar.token_refresh_duration"));
        Assert.Equal([2, 2], seen.Recorded("clik2pay.sidecar.token_endpoint_duration"));
        Assert.Equal([RefreshTrigger.Scheduled, RefreshTrigger.Startup], rig.History.Records.Select(record => record.Trigger));
    }

    [Theory]
    [InlineData("Rejected", "rejected")]
    [InlineData("Throttled", "throttled")]
    [InlineData("Unavailable", "unavailable")]
    [InlineData("InvalidResponse", "invalid_response")]
    public void A_failure_is_counted_by_its_kind_and_kept_with_its_reason(string outcome, string name)
    {
        endpoint.Failure = new(Enum.Parse<RefreshOutcome>(outcome), "the token endpoint said no");
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(3 * Second, Second);

        Assert.Equal((1, 1), (seen.Sum(Refreshes, name, "startup"), seen.Sum(Calls, name)));
        Assert.Equal(("the token endpoint said no", null), (rig.History.Records[0].Reason, rig.History.LastSuccess));
    }

    [Fact]
    public void Whoever_waits_for_anothers_call_adopts_its_token_and_the_wait_is_timed()
    {
        _ = NewRig().Start();
        var other = NewRig(seed: 2);
        _ = other.Start();
        simulation.Advance(5 * Second, Second / 10);

        Assert.Equal((1, 1, 1), (seen.Sum(Refreshes, "success", "startup"), seen.Sum(Refreshes, "adopted", "startup"), seen.Sum(Calls)));
        Assert.Equal(1, seen.Sum(Lease, "acquired"));
        Assert.InRange(seen.Sum(Lease, "contended"), 2, 20);
        Assert.InRange(Assert.Single(seen.Recorded("clik2pay.sidecar.lease_wait")), 2, 3);
        Assert.Equal(LeaseOutcome.Contended, other.Refresher.LastLease?.Outcome);
    }

    [Fact]
    public void A_wait_that_the_store_cut_short_is_not_counted_on()
    {
        // 1. Redis goes while another replica holds the lease; what this replica holds still serves, so its refresh is put off.
        var redis = new SimulatedRedis(simulation.Time);
        var link = new SimulatedRedisLink(redis, simulation.Time);
        var rig = new TokenRig(simulation, endpoint, link, link, metrics: metrics);
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromMinutes(44), Second);
        var other = new SimulatedRedisLink(redis, simulation.Time);
        simulation.Advance(90 * Second, Second, () =>
        {
            link.IsCut |= seen.Sum(Lease, "contended") > 0;
            if (!link.IsCut)
                _ = simulation.Start(() => other.TryAcquireAsync(TokenRig.Key, TestContext.Current.CancellationToken).AsTask());
        });
        Assert.True(link.IsCut);
        simulation.Advance(60 * Second, Second);
        link.IsCut = false;
        simulation.Advance(TimeSpan.FromMinutes(10), Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.All(seen.Recorded("clik2pay.sidecar.lease_wait"), seconds => Assert.InRange(seconds, 0, 15));
    }

    [Fact]
    public void Who_gets_the_lease_at_once_has_not_waited()
    {
        _ = NewRig().Start();
        simulation.Advance(5 * Second, Second);

        Assert.Empty(seen.Recorded("clik2pay.sidecar.lease_wait"));
    }

    [Fact]
    public void A_request_and_a_401_are_triggers()
    {
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(3 * Second, Second);
        _ = simulation.Start(() => rig.Source.ReplaceAsync(rig.Slot.Current!.Authorization, TestContext.Current.CancellationToken).AsTask());
        simulation.Advance(3 * Second, Second);

        Assert.Equal(1, seen.Sum(Refreshes, "success", "unauthorized"));
    }

    [Fact]
    public void The_last_ten_refreshes_are_kept_the_newest_first()
    {
        var history = new RefreshHistory();
        for (var i = 0; i < 12; i++)
            history.Add(new(DateTimeOffset.UnixEpoch.AddSeconds(i), RefreshTrigger.Scheduled, i == 5 ? RefreshOutcome.Adopted : RefreshOutcome.Unavailable, Second, Reason: null));

        Assert.Equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2], history.Records.Select(record => record.EndedAt.ToUnixTimeSeconds()));
        Assert.Equal(5, history.LastSuccess?.ToUnixTimeSeconds());
    }

    private TokenRig NewRig(int seed = 1) => new(simulation, endpoint, store, lease, seed, metrics: metrics);
}
