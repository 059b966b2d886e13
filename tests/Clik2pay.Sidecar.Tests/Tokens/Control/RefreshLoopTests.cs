using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;

namespace Clik2pay.Sidecar.Tests.Tokens.Control;

/// <summary>The refresh loop of one replica on simulated time.</summary>
public sealed class RefreshLoopTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TokenFailure Outage = new(FailureKind.Unavailable, "outage");

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly TokenRig rig;

    public RefreshLoopTests()
    {
        endpoint = new(simulation.Time);
        rig = new(simulation, endpoint);
    }

    [Fact]
    public void Thirty_days_of_hourly_tokens_cost_about_960_token_calls_and_leave_no_gap()
    {
        var gaps = 0;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromDays(30), 2 * Second, () => gaps += rig.Slot.Current is null ? 1 : 0);

        Figures.Report($"30 simulated days with an hourly token: {endpoint.Calls} token calls, {gaps} gaps");
        Assert.InRange(endpoint.Calls, 951, 969);
        Assert.Equal(0, gaps);
    }

    [Fact]
    public void The_first_token_is_fetched_at_start_without_a_request()
    {
        _ = rig.Start();

        Assert.Equal("access_token_1", rig.Slot.Current?.Value);
    }

    [Fact]
    public void A_successor_is_fetched_at_three_quarters_of_the_lifetime()
    {
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromMinutes(44), Second);
        Assert.Equal("access_token_1", rig.Slot.Current?.Value);
        simulation.Advance(TimeSpan.FromMinutes(2), Second);
        Assert.Equal("access_token_2", rig.Slot.Current?.Value);
    }

    [Fact]
    public void While_the_token_endpoint_is_down_the_current_token_is_used_until_it_expires()
    {
        _ = rig.Start();
        endpoint.Failure = Outage;

        simulation.Advance(TimeSpan.FromHours(1) - Second, Second, () => Assert.Equal("access_token_1", rig.Slot.Current?.Value));
        simulation.Advance(Second, Second);

        Assert.Null(rig.Slot.Current);
    }

    [Fact]
    public void Five_seconds_after_an_outage_a_request_gets_a_token_at_once()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        endpoint.Failure = null;
        simulation.Advance(5 * Second, Second);

        Assert.NotNull(rig.Get().Completed());
    }

    [Fact]
    public void After_an_outage_a_token_is_obtained_within_30_seconds_without_a_request()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        endpoint.Failure = null;
        simulation.Advance(30 * Second, Second);

        Assert.NotNull(rig.Slot.Current);
    }

    [Fact]
    public void An_outage_of_an_hour_costs_a_single_replica_at_most_300_calls()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 120, 300);
    }

    [Fact]
    public void Requests_during_an_outage_cause_one_attempt_every_few_seconds()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second / 10, () => _ = rig.Get());

        Assert.InRange(endpoint.Calls, 720, 1500);
    }

    [Fact]
    public void Refused_credentials_are_tried_at_most_20_times_an_hour()
    {
        endpoint.Failure = new(FailureKind.Refused, "refused");
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 2, 20);
    }

    [Fact]
    public void Tokens_with_a_lifetime_of_a_second_cost_at_most_one_call_a_second()
    {
        endpoint.Lifetime = Second;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(100));

        Assert.InRange(endpoint.Calls, 500, 601);
    }

    [Fact]
    public void A_token_that_has_expired_on_arrival_is_a_failure_that_is_followed_by_a_pause()
    {
        endpoint.Lifetime = Second;
        endpoint.Latency = 2 * Second;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.Equal(FailureKind.InvalidResponse, rig.Lifecycle.Status.Failure?.Kind);
        Assert.False(rig.Lifecycle.Status.HasObtainedToken);
        Assert.InRange(endpoint.Calls, 120, 300);
    }

    [Fact]
    public void A_successor_that_expires_earlier_is_not_used_while_the_current_token_is_valid()
    {
        _ = rig.Start();
        endpoint.Lifetime = TimeSpan.FromMinutes(1);

        // At 45 min, a token for one minute would expire before the current one. The next call comes shortly before that expiry.
        simulation.Advance(TimeSpan.FromMinutes(59), Second, () => Assert.Equal("access_token_1", rig.Slot.Current?.Value));
        Assert.Equal(2, endpoint.Calls);
        simulation.Advance(TimeSpan.FromMinutes(2), Second, () => Assert.NotNull(rig.Slot.Current));
        Assert.NotEqual("access_token_1", rig.Slot.Current?.Value);
    }

    [Fact]
    public void A_request_before_the_first_token_waits_for_it()
    {
        endpoint.Latency = 3 * Second;
        _ = rig.Start();

        var waiting = rig.Get();
        Assert.False(waiting.IsCompleted);
        simulation.Advance(3 * Second, Second);

        Assert.Equal("access_token_1", waiting.Completed()?.Value);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void A_request_without_a_token_waits_no_longer_than_the_timeout()
    {
        endpoint.Latency = TimeSpan.FromHours(1);
        _ = rig.Start();

        var waiting = rig.Get();
        simulation.Advance(AccessTokenSource.WaitTimeout - Second, Second);
        Assert.False(waiting.IsCompleted);
        simulation.Advance(Second, Second);

        Assert.Null(waiting.Completed());
    }

    [Fact]
    public void A_request_during_the_pause_after_a_failure_does_not_wait_and_costs_no_token_call()
    {
        endpoint.Failure = new(FailureKind.Throttled, "throttled", TimeSpan.FromSeconds(60));
        _ = rig.Start();

        for (var i = 0; i < 100; i++)
            Assert.Null(rig.Get().Completed());

        simulation.Advance(50 * Second, Second);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void A_request_without_a_token_wakes_the_loop()
    {
        _ = rig.Start();
        simulation.Advance(2 * Second, Second);

        rig.Slot.TryReject(rig.Slot.Current!);

        Assert.Equal("access_token_2", rig.Get().Completed()?.Value);
    }

    [Lesson("1,000 pods refreshed in the same second: flyteorg/flyteidl PR 262, golang/oauth2#634")]
    [Fact]
    public void A_thousand_replicas_that_share_nothing_spread_their_refreshes()
    {
        for (var replica = 0; replica < 1000; replica++)
            _ = new TokenRig(simulation, endpoint, seed: replica).Start();

        simulation.Advance(TimeSpan.FromMinutes(50), Second);

        var perSecond = endpoint.CalledAt.Skip(1000).GroupBy(at => (long)at.TotalSeconds).Select(second => second.Count()).ToList();
        Figures.Report($"1000 replicas without a shared store that start together: {perSecond.Sum()} refreshes");
        Figures.Report($"refreshes of 1000 replicas without a shared store: in {perSecond.Count} s, at most {perSecond.Max()} in 1 s");
        Assert.Equal(1000, perSecond.Sum());
        Assert.InRange(perSecond.Max(), 1, 60);
    }

    [Fact]
    public void An_exception_in_a_refresh_does_not_end_the_loop()
    {
        _ = rig.Start();
        endpoint.Error = new FormatException("an error in the code");
        simulation.Advance(TimeSpan.FromMinutes(50), Second);
        Assert.Equal("access_token_1", rig.Slot.Current?.Value);

        endpoint.Error = null;
        simulation.Advance(TimeSpan.FromMinutes(1), Second);

        Assert.NotEqual("access_token_1", rig.Slot.Current?.Value);
    }
}
