using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The metrics of the token lifecycle on simulated time.</summary>
public sealed class TokenMetricsTests : IDisposable
{
    private const string Refreshes = "clik2pay.sidecar.token_refreshes";
    private const string Calls = "clik2pay.sidecar.token_endpoint_requests";
    private const string Lease = "clik2pay.sidecar.lease_acquisitions";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestMeters meters = new();
    private readonly TokenMetrics metrics;
    private readonly RecordedMetrics recorded;
    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly InProcessTokenStore store;
    private readonly InProcessTokenLease lease;

    public TokenMetricsTests()
    {
        metrics = new(meters, "default");
        recorded = new(meters);
        endpoint = new(simulation.Time) { Latency = 2 * Second };
        store = new(simulation.Time);
        lease = new(simulation.Time);
    }

    public void Dispose()
    {
        recorded.Dispose();
        meters.Dispose();
    }

    [Fact]
    public void Each_refresh_is_counted_by_outcome_and_trigger_and_its_duration_is_measured()
    {
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.Equal((1, 1), (recorded.Sum(Refreshes, "success", "startup"), recorded.Sum(Refreshes, "success", "scheduled")));
        Assert.Equal(2, recorded.Sum(Refreshes));
        Assert.Equal((2, 2), (recorded.Sum(Calls, "success"), recorded.Sum(Calls)));
        Assert.Equal([2, 2], recorded.Recorded("clik2pay.sidecar.token_refresh_duration"));
        Assert.Equal([2, 2], recorded.Recorded("clik2pay.sidecar.token_endpoint_duration"));
        Assert.Equal([RefreshTrigger.Scheduled, RefreshTrigger.Startup], rig.Lifecycle.History.Runs.Select(run => run.Last.Trigger));
    }

    [Theory]
    [InlineData("Refused", "rejected")]
    [InlineData("Throttled", "throttled")]
    [InlineData("Unavailable", "unavailable")]
    [InlineData("InvalidResponse", "invalid_response")]
    public void A_failure_is_counted_by_its_kind_and_its_reason_is_kept_in_the_history(string kind, string name)
    {
        endpoint.Failure = new(Enum.Parse<FailureKind>(kind), "the token endpoint failed");
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(3 * Second, Second);

        Assert.Equal((1, 1), (recorded.Sum(Refreshes, name, "startup"), recorded.Sum(Calls, name)));
        var history = rig.Lifecycle.History;
        Assert.Equal(("the token endpoint failed", null), (history.Runs[0].Last.Reason, history.LastSuccess));
    }

    [Fact]
    public void A_replica_that_waits_for_the_lease_adopts_the_owners_token_and_the_wait_is_measured()
    {
        _ = NewRig().Start();
        var other = NewRig(seed: 2);
        _ = other.Start();
        simulation.Advance(5 * Second, Second / 10);

        Assert.Equal((1, 1), (recorded.Sum(Refreshes, "success", "startup"), recorded.Sum(Refreshes, "adopted", "startup")));
        Assert.Equal(1, recorded.Sum(Calls));
        Assert.Equal(1, recorded.Sum(Lease, "acquired"));
        Assert.InRange(recorded.Sum(Lease, "contended"), 2, 20);
        Assert.InRange(Assert.Single(recorded.Recorded("clik2pay.sidecar.lease_wait")), 2, 3);
        Assert.Equal(LeaseOutcome.Contended, other.Lifecycle.History.LastLease?.Outcome);
    }

    [Fact]
    public void A_wait_for_the_lease_ends_when_the_store_becomes_unavailable()
    {
        // Redis becomes unavailable while another replica owns the lease. The current token is valid, so the refresh is deferred.
        var redis = new SimulatedRedis(simulation.Time);
        var link = new SimulatedRedisLink(redis, simulation.Time);
        var rig = new TokenRig(simulation, endpoint, link, link, metrics: metrics);
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromMinutes(44), Second);
        var other = new SimulatedRedisLink(redis, simulation.Time);
        simulation.Advance(90 * Second, Second, () =>
        {
            link.IsCut |= recorded.Sum(Lease, "contended") > 0;
            if (!link.IsCut)
                _ = simulation.Start(() => other.TryAcquireAsync(TokenRig.Key, TestContext.Current.CancellationToken).AsTask());
        });
        Assert.True(link.IsCut);
        simulation.Advance(60 * Second, Second);
        link.IsCut = false;
        simulation.Advance(TimeSpan.FromMinutes(10), Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.All(recorded.Recorded("clik2pay.sidecar.lease_wait"), seconds => Assert.InRange(seconds, 0, 15));
    }

    [Fact]
    public void A_lease_that_is_acquired_at_once_records_no_wait()
    {
        _ = NewRig().Start();
        simulation.Advance(5 * Second, Second);

        Assert.Empty(recorded.Recorded("clik2pay.sidecar.lease_wait"));
    }

    [Fact]
    public void A_refresh_after_a_401_is_counted_with_the_trigger_unauthorized()
    {
        var rig = NewRig();
        _ = rig.Start();
        simulation.Advance(3 * Second, Second);
        var rejected = rig.Slot.Current!.Authorization;
        _ = simulation.Start(() => rig.Source.ReplaceAsync(rejected, TestContext.Current.CancellationToken).AsTask());
        simulation.Advance(3 * Second, Second);

        Assert.Equal(1, recorded.Sum(Refreshes, "success", "unauthorized"));
    }

    [Fact]
    public void A_lease_that_expired_before_its_release_is_counted_as_lost()
    {
        _ = new TokenRig(simulation, endpoint, store, new LostLease(), metrics: metrics).Start();
        simulation.Advance(3 * Second, Second);

        Assert.Equal((1, 1), (recorded.Sum(Lease, "acquired"), recorded.Sum(Lease, "lost")));
    }

    private TokenRig NewRig(int seed = 1) => new(simulation, endpoint, store, lease, seed, metrics: metrics);

    private sealed class LostLease : ITokenLease
    {
        public ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken) =>
            ValueTask.FromResult(LeaseAttempt.Acquired(_ => ValueTask.FromResult(LeaseRelease.Lost)));
    }
}
