using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>The loop as the program runs it, on simulated time.</summary>
public sealed class RefreshLoopTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TokenFailure Outage = new(RefreshOutcome.Unavailable, "outage");

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly TokenRig rig;

    public RefreshLoopTests()
    {
        endpoint = new(simulation.Time);
        rig = new(simulation, endpoint);
    }

    [Fact]
    public void Thirty_days_of_hourly_tokens_cost_960_token_calls_and_no_moment_is_without_one()
    {
        var gaps = 0;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromDays(30), 2 * Second, () => gaps += rig.Slot.Current is null ? 1 : 0);

        Figures.Report($"30 simulated days with an hourly token: {endpoint.Calls} token calls, {gaps} moments without a token");
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
    public void A_successor_comes_in_the_background_at_three_quarters_of_life()
    {
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromMinutes(44), Second);
        Assert.Equal("access_token_1", rig.Slot.Current?.Value);
        simulation.Advance(TimeSpan.FromMinutes(2), Second);
        Assert.Equal("access_token_2", rig.Slot.Current?.Value);
    }

    [Fact]
    public void While_the_endpoint_is_down_the_held_token_serves_until_it_really_expires_and_not_longer()
    {
        _ = rig.Start();
        endpoint.Failure = Outage;

        simulation.Advance(TimeSpan.FromHours(1) - Second, Second, () => Assert.Equal("access_token_1", rig.Slot.Current?.Value));
        simulation.Advance(Second, Second);

        Assert.Null(rig.Slot.Current);
    }

    [Fact]
    public void The_end_of_an_outage_is_seen_by_the_first_request_five_seconds_after_the_last_attempt()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        endpoint.Failure = null;
        simulation.Advance(5 * Second, Second);

        Assert.NotNull(rig.Get().Completed());
    }

    [Fact]
    public void The_end_of_an_outage_is_seen_without_a_request_within_half_a_minute()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();
        simulation.Advance(TimeSpan.FromHours(1), Second);

        endpoint.Failure = null;
        simulation.Advance(30 * Second, Second);

        Assert.NotNull(rig.Slot.Current);
    }

    [Fact]
    public void An_outage_of_an_hour_costs_a_replica_alone_at_most_three_hundred_calls()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 120, 300);
    }

    [Fact]
    public void Requests_during_an_outage_hasten_the_attempts_to_one_in_some_seconds_and_no_more()
    {
        endpoint.Failure = Outage;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second / 10, () => _ = rig.Get());

        Assert.InRange(endpoint.Calls, 720, 1500);
    }

    [Fact]
    public void Refused_credentials_are_asked_about_rarely()
    {
        endpoint.Failure = new(RefreshOutcome.Rejected, "refused");
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 2, 20);
    }

    [Fact]
    public void Tokens_that_live_a_second_make_no_busy_loop()
    {
        endpoint.Lifetime = Second;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(100));

        Assert.InRange(endpoint.Calls, 500, 601);
    }

    [Fact]
    public void A_token_that_is_dead_on_arrival_is_a_failure_with_its_pause()
    {
        endpoint.Lifetime = Second;
        endpoint.Latency = 2 * Second;
        _ = rig.Start();

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.Equal(RefreshOutcome.InvalidResponse, rig.Loop.Status.Failure?.Outcome);
        Assert.False(rig.Loop.Status.HasObtainedToken);
        Assert.InRange(endpoint.Calls, 120, 300);
    }

    [Fact]
    public void A_successor_that_lives_shorter_waits_until_the_held_token_ends()
    {
        _ = rig.Start();
        endpoint.Lifetime = TimeSpan.FromMinutes(1);

        // Asked at 45 min: one minute is no gain. Asked again shortly before the held token's end.
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
    public void A_request_waits_no_longer_than_its_patience()
    {
        endpoint.Latency = TimeSpan.FromHours(1);
        _ = rig.Start();

        var waiting = rig.Get();
        simulation.Advance(AccessTokenSource.Patience - Second, Second);
        Assert.False(waiting.IsCompleted);
        simulation.Advance(Second, Second);

        Assert.Null(waiting.Completed());
    }

    [Fact]
    public void After_a_failure_a_request_is_answered_at_once_and_costs_no_token_call()
    {
        endpoint.Failure = new(RefreshOutcome.Throttled, "throttled", TimeSpan.FromSeconds(60));
        _ = rig.Start();

        for (var i = 0; i < 100; i++)
            Assert.Null(rig.Get().Completed());

        simulation.Advance(50 * Second, Second);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void A_request_that_finds_no_token_while_the_loop_sleeps_wakes_it()
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
        Figures.Report($"1000 replicas without a shared store, started in one second: {perSecond.Sum()} refreshes spread over {perSecond.Count} s, at most {perSecond.Max()} in one");
        Assert.Equal(1000, perSecond.Sum());
        Assert.InRange(perSecond.Max(), 1, 60);
    }

    [Fact]
    public void A_mistake_in_a_refresh_does_not_end_the_loop()
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
