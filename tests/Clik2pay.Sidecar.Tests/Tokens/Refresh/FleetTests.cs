using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>Fleets that share a simulated Redis, on simulated time, running the code of the program.</summary>
public sealed class FleetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TokenFailure Outage = new(RefreshOutcome.Unavailable, "the token endpoint answered 503");

    /// <summary>How long a fleet of a thousand replicas is simulated.</summary>
    private static readonly int Days = Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? 30 : 10;

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;

    public FleetTests()
    {
        endpoint = new(simulation.Time) { Latency = Second / 2 };
        redis = new(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
    }

    [Fact]
    public void A_thousand_replicas_cold_make_one_token_call()
    {
        var replicas = Start(1000);

        simulation.Advance(10 * Second, Second);

        Figures.Report($"1000 simulated replicas cold: {endpoint.Calls} token call, {redis.Commands} commands to Redis");
        Assert.Equal(1, endpoint.Calls);
        Assert.All(replicas, replica => Assert.Equal("access_token_1", replica.Token?.Value));
    }

    [Fact]
    public void A_thousand_replicas_cost_32_token_calls_a_day()
    {
        redis.Latency = TimeSpan.Zero;
        var replicas = Start(1000);
        simulation.Advance(Minute, Second);
        var (gaps, before) = (0, redis.Commands);

        simulation.Advance(TimeSpan.FromDays(Days) - Minute, 10 * Minute, () => gaps += replicas.Count(replica => replica.Token is null));

        var perHour = (redis.Commands - before) / (double)Days / 24 / 1000;
        Figures.Report($"{Days} simulated days of 1000 replicas with an hourly token: {endpoint.Calls} token calls in all, {gaps} moments of a replica without a token, {perHour:0.0} visits to Redis an hour and replica");
        Assert.InRange(endpoint.Calls / (double)Days, 31.7, 32.3);
        Assert.Equal(0, gaps);
    }

    [Fact]
    public void An_hour_of_503_costs_a_hundred_replicas_at_most_two_hundred_token_calls()
    {
        endpoint.Failure = Outage;
        var replicas = Start(100);

        // On all of them requests ask all the time.
        simulation.Advance(TimeSpan.FromHours(1), Second, () => _ = replicas[(int)(simulation.Time.GetTimestamp() / Second.Ticks % 100)].Ask());
        var calls = endpoint.Calls;
        endpoint.Failure = null;
        simulation.Advance(RefreshSchedule.LongestSharedPause + (5 * Second), Second);

        Figures.Report($"token endpoint answering 503 for a simulated hour, 100 cold replicas with requests: {calls} token calls in all, 1 more when it was back");
        Assert.InRange(calls, 120, 200);
        Assert.Equal(calls + 1, endpoint.Calls);
        Assert.All(replicas, replica => Assert.NotNull(replica.Token));
    }

    [Fact]
    public void Refused_credentials_cost_a_fleet_a_call_a_minute_at_most()
    {
        endpoint.Failure = new(RefreshOutcome.Rejected, "invalid_client");
        Start(100);

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 2, 60);
    }

    [Fact]
    public void What_the_token_endpoint_asked_of_one_replica_holds_for_all()
    {
        endpoint.Failure = new(RefreshOutcome.Throttled, "429", RetryAfter: 2 * Minute);
        Start(100);

        simulation.Advance(2 * Minute, Second);

        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void A_holder_that_dies_with_the_lease_is_replaced_when_the_lease_runs_out()
    {
        endpoint.Latency = 5 * Second;
        var replicas = Start(10);
        simulation.Advance(Second, Second / 100);
        var holder = endpoint.LastCaller!;
        holder.Kill();
        var killedAt = simulation.Time.GetMonotonicNow();
        var others = replicas.Except([holder]).ToList();

        endpoint.Latency = Second / 10;
        var first = TimeSpan.Zero;
        simulation.Advance(ITokenLease.Duration + Second, Second / 100, () =>
        {
            if (first == TimeSpan.Zero && others.Exists(replica => replica.Token is not null))
                first = simulation.Time.GetMonotonicNow() - killedAt;
        });

        Figures.Report($"holder of the lease killed in a simulated fleet of 10: a new token after {first.TotalSeconds:0.00} s, of a lease of {ITokenLease.Duration.TotalSeconds:0} s");
        Assert.InRange(first, Second, ITokenLease.Duration + Second);
        Assert.Equal(2, endpoint.Calls);
        Assert.All(others, replica => Assert.NotNull(replica.Token));
    }

    [Fact]
    public void An_outage_of_Redis_at_the_refresh_point_costs_no_token_call_when_it_is_short()
    {
        var replicas = Start(1000);
        simulation.Advance(40 * Minute, Second);
        redis.IsDown = true;

        // All refresh points are at 45 min and some seconds; nobody fetches for himself before 48.
        simulation.Advance(7 * Minute, Second);
        Assert.Equal(1, endpoint.Calls);
        redis.IsDown = false;
        simulation.Advance(Minute, Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.All(replicas, replica => Assert.Equal("access_token_2", replica.Token?.Value));
    }

    [Fact]
    public void A_long_outage_of_Redis_costs_each_replica_a_token_call_of_its_own_and_no_burst()
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
        var sharedAgain = redis.Value;
        simulation.Advance(60 * Minute, Second, () => gaps += replicas.Count(replica => replica.Token is null));

        Figures.Report($"Redis away for 25 min over the refresh points of 1000 simulated replicas: {perSecond.Sum()} token calls spread over {perSecond.Count} s, at most {perSecond.Max()} in one, {gaps} moments of a replica without a token; in the hour after its return {endpoint.Calls - 1001}");
        Assert.Equal(1000, perSecond.Sum());
        Assert.InRange(perSecond.Max(), 1, 20);
        Assert.NotNull(sharedAgain);
        Assert.InRange(endpoint.Calls - 1001, 1, 2);
        Assert.Equal(0, gaps);
    }

    [Fact]
    public void After_a_flush_the_token_is_back_within_seconds_and_a_new_replica_finds_it()
    {
        Start(3);
        simulation.Advance(Minute, Second);
        redis.Flush();
        simulation.Advance(RefreshSchedule.KeeperInterval + Second, Second);

        var late = new SimulatedReplica(simulation, redis, endpoint, seed: 99);
        simulation.Advance(Second, Second / 10);

        Assert.Equal("access_token_1", late.Token?.Value);
        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void When_the_keeper_is_gone_another_replica_brings_the_token_back()
    {
        var replicas = Start(20);
        simulation.Advance(Minute, Second);
        endpoint.LastCaller!.Kill();
        redis.Flush();

        simulation.Advance(RefreshSchedule.OthersInterval, Second);

        Assert.Equal("access_token_1", redis.Value);
        Assert.Equal(1, endpoint.Calls);
        Assert.All(replicas.Where(replica => replica.IsRunning), replica => Assert.Equal("access_token_1", replica.Token?.Value));
    }

    [Fact]
    public void A_holder_that_is_shut_down_gives_the_lease_back_at_once()
    {
        endpoint.Latency = 8 * Second;
        var replicas = Start(2);
        simulation.Advance(Second, Second / 100);
        var holder = endpoint.LastCaller!;
        endpoint.Latency = Second / 10;

        holder.Shutdown();
        simulation.Advance(2 * Second, Second / 100);

        Assert.Equal("access_token_2", replicas.Single(replica => replica != holder).Token?.Value);
    }

    [Fact]
    public void A_token_written_between_the_look_and_the_lease_is_found()
    {
        var store = new InProcessTokenStore(simulation.Time);
        var rig = new TokenRig(simulation, endpoint, store, new LeaseThatComesBehindAWrite(store, simulation.Time));

        _ = rig.Start();

        Assert.Equal("access_token_of_another", rig.Slot.Current?.Value);
        Assert.Equal(0, endpoint.Calls);
    }

    [Fact]
    public void A_request_waits_for_the_token_and_not_for_what_is_done_with_Redis_afterwards()
    {
        endpoint.Latency = Second;
        var replica = Start(1)[0];
        var asked = replica.Ask();
        simulation.Advance(Second / 2, Second / 10);

        replica.Link.IsCut = true;
        simulation.Advance(Second * 0.6, Second / 10);

        Assert.Equal("access_token_1", asked.Completed()?.Value);
        Assert.True(replica.Rig.Loop.Status.HasObtainedToken);
    }

    [Fact]
    public void A_cold_replica_whose_first_look_fails_looks_once_more()
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
    public void A_cold_replica_without_Redis_has_a_token_within_seconds()
    {
        redis.IsDown = true;
        var replica = Start(1)[0];

        // Two looks of two seconds each, up to a second between them, and the token call.
        simulation.Advance(6 * Second, Second / 10);

        Assert.Equal("access_token_1", replica.Token?.Value);
    }

    [Fact]
    public void A_request_that_waits_is_served_by_a_look_that_finds_a_token()
    {
        var replicas = Start(2);
        simulation.Advance(5 * Minute, Second / 10);
        redis.Latency = 2 * Second;
        var other = replicas.Single(replica => replica != endpoint.LastCaller);

        // A second replica's look is on its way when upstream rejects the token; meanwhile there is another in the store.
        while (simulation.Time.GetMonotonicNow() < other.Rig.Loop.Status.LookAt - other.Offset)
            simulation.Advance(Second / 10, Second / 10);
        redis.Write("access_token_of_another", TimeSpan.FromHours(1), simulation.Time.GetMonotonicNow() + TimeSpan.FromHours(1));
        other.Reject(other.Token!);
        var asked = other.Ask();
        simulation.Advance(3 * Second, Second / 10);

        Assert.Equal("access_token_of_another", asked.Completed()?.Value);
    }

    [Fact]
    public void While_the_fleet_pauses_a_token_that_comes_all_the_same_is_found_within_seconds()
    {
        endpoint.Failure = new(RefreshOutcome.Rejected, "invalid_client");
        var replicas = Start(10);
        simulation.Advance(Minute / 2, Second);

        // The credentials are right again, and somebody else was faster.
        redis.Write("access_token_of_another", TimeSpan.FromHours(1), simulation.Time.GetMonotonicNow() + TimeSpan.FromHours(1));
        simulation.Advance(RefreshSchedule.KeeperInterval + Second, Second);

        Assert.All(replicas, replica => Assert.Equal("access_token_of_another", replica.Token?.Value));
    }

    [Fact]
    public void A_forged_lease_that_never_ends_holds_a_cold_replica_up_for_twice_its_time_at_most()
    {
        simulation.Advance(Second, Second, () => { });
        var forger = new object();
        redis.Acquire(forger, out _, out _);
        var replica = Start(1)[0];

        simulation.Advance((2 * ITokenLease.Duration) + (3 * Second), Second, () =>
        {
            redis.Release(forger, failure: null);
            redis.Acquire(forger, out _, out _);
        });

        Assert.NotNull(replica.Token);
    }

    private List<SimulatedReplica> Start(int count) => [.. Enumerable.Range(1, count).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed))];

    /// <summary>The previous holder writes its token and gives the lease back just before it is asked for.</summary>
    private sealed class LeaseThatComesBehindAWrite(InProcessTokenStore store, SimulatedTime time) : ITokenLease
    {
        public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
        {
            var life = TimeSpan.FromHours(1);
            await store.WriteAsync(key, new("access_token_of_another", life, time.GetMonotonicNow() + life, key.Credentials), cancellationToken);
            return LeaseAttempt.Acquired(_ => ValueTask.FromResult(false));
        }
    }
}
