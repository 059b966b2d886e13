using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>Simulated fleets whose Redis is down, slow or flushed.</summary>
public sealed class FleetRedisTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;

    public FleetRedisTests()
    {
        endpoint = new(simulation.Time) { Latency = Second / 2 };
        redis = new(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
    }

    [Fact]
    public void A_short_outage_of_Redis_at_the_refresh_point_causes_no_extra_token_call()
    {
        var replicas = Start(1000);
        simulation.Advance(40 * Minute, Second);
        redis.IsDown = true;

        // All refresh points are shortly after 45 min. No replica fetches for itself before 48 min.
        simulation.Advance(7 * Minute, Second);
        Assert.Equal(1, endpoint.Calls);
        redis.IsDown = false;
        simulation.Advance(Minute, Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.All(replicas, replica => Assert.Equal("access_token_2", replica.Token?.Value));
    }

    [Fact]
    public void A_long_outage_of_Redis_costs_one_token_call_per_replica_and_no_burst()
    {
        var replicas = Start(1000);
        simulation.Advance(40 * Minute, Second);
        redis.IsDown = true;
        redis.Flush();
        var gaps = 0;
        simulation.Advance(25 * Minute, Second, () => gaps += replicas.Count(replica => replica.Token is null));

        var perSecond = endpoint.CalledAt.Skip(1).GroupBy(at => (long)at.TotalSeconds).Select(second => second.Count()).ToList();
        redis.IsDown = false;
        simulation.Advance(15 * Second, Second);
        var writtenBack = redis.Value;
        simulation.Advance(60 * Minute, Second, () => gaps += replicas.Count(replica => replica.Token is null));

        Figures.Report($"Redis unavailable for 25 min at the refresh points of 1000 simulated replicas: {perSecond.Sum()} token calls");
        Figures.Report(
            $"token calls of 1000 simulated replicas without Redis: in {perSecond.Count} s, at most {perSecond.Max()} in 1 s, {gaps} gaps");
        Figures.Report($"1000 simulated replicas in the hour after 25 min without Redis: {endpoint.Calls - 1001} token calls");
        Assert.Equal(1000, perSecond.Sum());
        Assert.InRange(perSecond.Max(), 1, 20);
        Assert.NotNull(writtenBack);
        Assert.InRange(endpoint.Calls - 1001, 1, 2);
        Assert.Equal(0, gaps);
    }

    [Fact]
    public void After_a_flush_the_token_is_written_back_within_seconds_and_a_new_replica_adopts_it()
    {
        Start(3);
        simulation.Advance(Minute, Second);
        redis.Flush();
        simulation.Advance(RefreshSchedule.FrequentPollInterval + Second, Second);

        var late = new SimulatedReplica(simulation, redis, endpoint, seed: 99);
        simulation.Advance(Second, Second / 10);

        Assert.Equal("access_token_1", late.Token?.Value);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void After_a_flush_another_replica_writes_the_token_back_if_the_one_that_fetched_it_was_killed()
    {
        var replicas = Start(20);
        simulation.Advance(Minute, Second);
        endpoint.LastCaller!.Kill();
        redis.Flush();

        simulation.Advance(RefreshSchedule.PollInterval, Second);

        Assert.Equal("access_token_1", redis.Value);
        Assert.Equal(1, endpoint.Calls);
        var running = replicas.Where(replica => replica.IsRunning);
        Assert.All(running, replica => Assert.Equal("access_token_1", replica.Token?.Value));
    }

    [Fact]
    public void A_request_does_not_wait_for_the_write_to_Redis()
    {
        endpoint.Latency = Second;
        var replica = Start(1)[0];
        var waiting = replica.Get();
        simulation.Advance(Second / 2, Second / 10);

        replica.Link.IsCut = true;
        simulation.Advance(Second * 0.6, Second / 10);

        Assert.Equal("access_token_1", waiting.Completed()?.Value);
        Assert.True(replica.Rig.Lifecycle.Status.HasObtainedToken);
    }

    [Fact]
    public void A_new_replica_whose_first_poll_fails_polls_again_before_it_fetches()
    {
        Start(1);
        simulation.Advance(Minute, Second);
        redis.IsDown = true;
        var late = new SimulatedReplica(simulation, redis, endpoint, seed: 99);
        redis.IsDown = false;

        simulation.Advance(4 * Second, Second / 10);

        Assert.Equal("access_token_1", late.Token?.Value);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void A_replica_that_starts_without_Redis_has_a_token_within_6_seconds()
    {
        redis.IsDown = true;
        var replica = Start(1)[0];

        // Two polls of 2 s each, up to 1 s between them, and the token call.
        simulation.Advance(6 * Second, Second / 10);

        Assert.Equal("access_token_1", replica.Token?.Value);
    }

    [Fact]
    public void A_poll_that_finds_a_token_ends_the_wait_of_a_request()
    {
        var replicas = Start(2);
        simulation.Advance(5 * Minute, Second / 10);
        redis.Latency = 2 * Second;
        var other = replicas.Single(replica => replica != endpoint.LastCaller);

        // The upstream rejects the token during a poll of the second replica, while the store has another token.
        while (simulation.Time.GetMonotonicNow() < other.Rig.Lifecycle.Status.PollAt - other.Offset)
            simulation.Advance(Second / 10, Second / 10);
        redis.Write("access_token_of_another", TimeSpan.FromHours(1), simulation.Time.GetMonotonicNow() + TimeSpan.FromHours(1));
        other.Reject(other.Token!);
        var waiting = other.Get();
        simulation.Advance(3 * Second, Second / 10);

        Assert.Equal("access_token_of_another", waiting.Completed()?.Value);
    }

    private List<SimulatedReplica> Start(int count) =>
        [.. Enumerable.Range(1, count).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed))];
}
