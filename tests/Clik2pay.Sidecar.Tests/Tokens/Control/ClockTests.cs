using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens.Control;

/// <summary>
/// One replica on a machine that is suspended, or whose wall clock is set. A token is suspect after the wall clock has advanced at least
/// 30 s more than the steady clock.
/// </summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;
    private readonly TokenRig rig;

    public ClockTests()
    {
        endpoint = new(simulation.Time);
        redis = new(simulation.Time);
        var link = new SimulatedRedisLink(redis, simulation.Time);
        rig = new(simulation, endpoint, link, link);
        _ = rig.Start();
        simulation.Advance(10 * Minute, Second);
    }

    [Lesson("an expired token was sent after the machine had been suspended: dotnet/runtime#77945, pizauth#48, librespot#1617")]
    [Fact]
    public void After_a_suspend_longer_than_the_lifetime_the_first_request_gets_a_new_token()
    {
        simulation.Time.Suspend(TimeSpan.FromHours(2));

        Assert.Null(TryGet());
        Assert.Equal("access_token_2", rig.Get().Completed()?.Value);
    }

    [Fact]
    public void The_first_request_after_a_suspend_past_the_refresh_point_starts_the_refresh_and_does_not_wait()
    {
        simulation.Time.Suspend(40 * Minute);

        Assert.Equal("access_token_1", TryGet()?.Value);
        simulation.RunReady();
        Assert.Equal("access_token_2", rig.Slot.Newest?.Value);
    }

    [Fact]
    public void After_a_suspend_without_requests_the_clock_check_starts_the_refresh()
    {
        simulation.Time.Suspend(40 * Minute);
        simulation.Advance(Second, Second);
        Assert.Equal(1, endpoint.Calls);

        CheckClocks();

        Assert.Equal("access_token_2", rig.Slot.Newest?.Value);
    }

    [Fact]
    public void A_clock_check_without_a_clock_change_makes_no_token_call()
    {
        for (var i = 0; i < 100; i++)
            CheckClocks();

        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void When_only_the_wall_clock_has_advanced_the_first_request_waits_for_a_new_token()
    {
        endpoint.Latency = Second;
        simulation.Time.WallStep = 45 * Second;

        Assert.Null(TryGet());
        var waiting = rig.Get();
        simulation.Advance(2 * Second, Second / 10);

        Assert.Equal("access_token_2", waiting.Completed()?.Value);
        Assert.Equal("access_token_2", TryGet()?.Value);
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void A_suspect_token_is_used_after_2_seconds_while_the_token_endpoint_hangs()
    {
        endpoint.Latency = TimeSpan.FromHours(1);
        simulation.Time.WallStep = 45 * Second;

        var waiting = rig.Get();
        simulation.Advance(Second * 1.9, Second / 10);
        Assert.False(waiting.IsCompleted);
        simulation.Advance(Second / 5, Second / 10);

        Assert.Equal("access_token_1", waiting.Completed()?.Value);
        Assert.Equal("access_token_1", TryGet()?.Value);
    }

    [Fact]
    public void A_suspect_token_is_used_at_once_after_a_failed_refresh_and_is_replaced_later()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        simulation.Time.WallStep = 45 * Second;

        Assert.Equal("access_token_1", rig.Get().Completed()?.Value);
        Assert.Equal("access_token_1", rig.Get().Completed()?.Value);
        endpoint.Failure = null;
        simulation.Advance(Minute, Second);

        Assert.NotEqual("access_token_1", TryGet()?.Value);
    }

    [Fact]
    public void A_provider_that_returns_the_suspect_token_as_expired_is_called_until_it_returns_a_new_one()
    {
        endpoint.RepeatsToken = true;
        endpoint.ExpiresAt["access_token_1"] = simulation.Time.GetMonotonicNow() + (Second / 2);
        simulation.Time.WallStep = 45 * Second;

        var waiting = rig.Get();
        simulation.Advance(Minute, Second / 10);

        Assert.Equal("access_token_3", waiting.Completed()?.Value);
        Assert.Equal("access_token_3", TryGet()?.Value);
        Assert.Equal(3, endpoint.Calls);
    }

    [Fact]
    public void A_suspect_token_is_not_written_to_the_shared_store()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        simulation.Time.WallStep = 45 * Second;
        redis.Flush();

        simulation.Advance(5 * Minute, Second);

        Assert.Equal("access_token_1", rig.Slot.Current?.Value);
        Assert.Null(redis.Value);
    }

    [Fact]
    public void The_clock_check_replaces_a_suspect_token_without_a_request()
    {
        simulation.Time.WallStep = 45 * Second;

        CheckClocks();

        Assert.Equal("access_token_2", rig.Slot.Current?.Value);
    }

    [Fact]
    public void A_wall_clock_that_keeps_running_ahead_costs_at_most_one_token_call_every_30_seconds()
    {
        for (var i = 0; i < 300; i++)
        {
            simulation.Time.WallStep += 40 * Second;
            CheckClocks();
            Assert.NotNull(rig.Get().Completed());
            simulation.Advance(2 * Second, Second);
        }

        Assert.InRange(endpoint.Calls, 10, 22);
    }

    [Theory]
    [InlineData(-24 * 3600, 0)]
    [InlineData(29, 0)]
    [InlineData(31, 1)]
    [InlineData(24 * 3600, 1)]
    public void A_step_of_the_wall_clock_costs_at_most_one_token_call(int seconds, int calls)
    {
        simulation.Time.WallStep = seconds * Second;

        for (var i = 0; i < 60; i++)
        {
            CheckClocks();
            Assert.NotNull(rig.Get().Completed());
            simulation.Advance(Second, Second);
        }

        Assert.Equal(1 + calls, endpoint.Calls);
    }

    private AccessToken? TryGet() => simulation.Start(rig.Source.TryGet);

    private void CheckClocks() => simulation.Start(() =>
    {
        rig.Lifecycle.CheckClocks();
        return true;
    });
}
