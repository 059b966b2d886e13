using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>Fleets that share a simulated Redis, on simulated time.</summary>
public sealed class FleetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TokenFailure Outage = new(FailureKind.Unavailable, "the token endpoint responded with 503");

    /// <summary>The number of days for which a fleet of a thousand replicas is simulated.</summary>
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
    public void A_thousand_replicas_that_start_together_make_one_token_call()
    {
        var replicas = Start(1000);

        simulation.Advance(10 * Second, Second);

        Figures.Report($"1000 simulated replicas that start together: {endpoint.Calls} token call, {redis.Commands} commands to Redis");
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
        Figures.Report($"{Days} simulated days of 1000 replicas with an hourly token: {endpoint.Calls} token calls in all, {gaps} gaps");
        Figures.Report($"{Days} simulated days of 1000 replicas: {perHour:0.0} operations on Redis per hour and replica");
        Assert.InRange(endpoint.Calls / (double)Days, 31.7, 32.3);
        Assert.Equal(0, gaps);
    }

    [Fact]
    public void An_hour_of_503_costs_a_hundred_replicas_at_most_two_hundred_token_calls()
    {
        endpoint.Failure = Outage;
        var replicas = Start(100);

        // Each second, another replica gets a request.
        var turn = 0;
        simulation.Advance(TimeSpan.FromHours(1), Second, () => _ = replicas[turn++ % 100].Get());
        var calls = endpoint.Calls;
        endpoint.Failure = null;
        simulation.Advance(RefreshSchedule.LongestSharedPause + (5 * Second), Second);

        Figures.Report($"token endpoint responding with 503 for a simulated hour, 100 new replicas with requests: {calls} token calls");
        Assert.InRange(calls, 120, 200);
        Assert.Equal(calls + 1, endpoint.Calls);
        Assert.All(replicas, replica => Assert.NotNull(replica.Token));
    }

    [Fact]
    public void Refused_credentials_cost_a_fleet_at_most_one_token_call_a_minute()
    {
        endpoint.Failure = new(FailureKind.Refused, "invalid_client");
        Start(100);

        simulation.Advance(TimeSpan.FromHours(1), Second);

        Assert.InRange(endpoint.Calls, 2, 60);
    }

    [Fact]
    public void A_Retry_After_sent_to_one_replica_applies_to_all()
    {
        endpoint.Failure = new(FailureKind.Throttled, "429", Pause: 2 * Minute);
        Start(100);

        simulation.Advance(2 * Minute, Second);

        Assert.Equal(1, endpoint.Calls);
    }

    [Fact]
    public void During_the_pause_after_a_failure_a_shared_token_is_adopted_within_seconds()
    {
        endpoint.Failure = new(FailureKind.Refused, "invalid_client");
        var replicas = Start(10);
        simulation.Advance(Minute / 2, Second);

        // The credentials are accepted again, and a replica outside this fleet has fetched a token.
        redis.Write("access_token_of_another", TimeSpan.FromHours(1), simulation.Time.GetMonotonicNow() + TimeSpan.FromHours(1));
        simulation.Advance(RefreshSchedule.FrequentPollInterval + Second, Second);

        Assert.All(replicas, replica => Assert.Equal("access_token_of_another", replica.Token?.Value));
    }

    private List<SimulatedReplica> Start(int count) =>
        [.. Enumerable.Range(1, count).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed))];
}
