using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens;

/// <summary>While the current token is valid, a new one is used only after a settling time of a few seconds.</summary>
public sealed class SettlingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;

    public SettlingTests()
    {
        endpoint = new(simulation.Time);
        redis = new(simulation.Time);
    }

    [Lesson("token accepted only seconds after issue: openam-jp/openam#421, tsidp#73")]
    [Theory]
    [InlineData(3600, 10)]
    [InlineData(60, 6)]
    public void A_refreshed_token_is_used_after_10_seconds_or_a_tenth_of_its_lifetime_if_that_is_shorter(int lifetime, int settling)
    {
        endpoint.Lifetime = lifetime * Second;
        var replica = new SimulatedReplica(simulation, redis, endpoint, seed: 1);
        Assert.Equal("access_token_1", replica.Token?.Value);
        simulation.Advance(
            0.76 * lifetime * Second,
            Second / 10,
            () => Assert.True(replica.Token?.Value == "access_token_1" || AgeOfSecondToken() >= settling * Second));
        Assert.Equal(2, endpoint.Calls);

        simulation.Advance(settling * Second, Second / 10);

        Assert.Equal("access_token_2", replica.Token?.Value);
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void A_replica_that_adopts_a_token_also_waits_until_the_token_is_10_seconds_old()
    {
        var replicas = Enumerable.Range(1, 5).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed)).ToList();
        var (tooEarly, hasRefreshed) = (0, false);

        simulation.Advance(47 * Minute, Second / 10, () =>
        {
            hasRefreshed |= endpoint.Calls == 2;
            if (hasRefreshed && AgeOfSecondToken() < 10 * Second)
                tooEarly += replicas.Count(replica => replica.Token?.Value == "access_token_2");
        });

        Assert.Equal(0, tooEarly);
        Assert.All(replicas, replica => Assert.Equal("access_token_2", replica.Token?.Value));
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void After_a_401_to_the_current_token_its_settling_successor_is_used_at_once()
    {
        var replica = new SimulatedReplica(simulation, redis, endpoint, seed: 1);
        while (endpoint.Calls == 1)
            simulation.Advance(Second, Second);
        Assert.Equal("access_token_1", replica.Token?.Value);

        replica.Reject(replica.Token!);

        Assert.Equal("access_token_2", replica.Token?.Value);
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void New_tokens_are_used_even_if_the_refresh_point_is_as_early_as_the_end_of_the_settling_time()
    {
        endpoint.Lifetime = Minute;
        var rig = new TokenRig(simulation, endpoint, refreshAt: 0.1);
        _ = rig.Start();
        var used = new HashSet<string>(StringComparer.Ordinal);

        simulation.Advance(Minute, Second / 10, () => used.Add(rig.Slot.Current!.Value));

        Assert.InRange(used.Count, 4, 6);
        Assert.InRange(endpoint.Calls, used.Count, used.Count + 1);
    }

    [Fact]
    public void A_token_that_is_adopted_shortly_before_its_expiry_is_replaced_before_it_expires()
    {
        var now = simulation.Time.GetMonotonicNow();
        redis.Write("access_token_of_another", TimeSpan.FromHours(1), now + (10 * Second));
        var replica = new SimulatedReplica(simulation, redis, endpoint, seed: 1);
        Assert.Equal("access_token_of_another", replica.Token?.Value);

        simulation.Advance(Minute, Second / 10, () => Assert.NotNull(replica.Token));

        Assert.Equal("access_token_1", replica.Token?.Value);
    }

    [Fact]
    public void A_new_token_is_used_at_once_when_there_is_no_current_one()
    {
        var replica = new SimulatedReplica(simulation, redis, endpoint, seed: 1);
        replica.Reject(replica.Token!);
        simulation.Advance(2 * Second, Second);

        Assert.Equal("access_token_2", replica.Token?.Value);
    }

    [Fact]
    public void When_the_current_token_expires_its_successor_is_used_without_a_gap()
    {
        endpoint.Lifetime = 5 * Second;
        var replica = new SimulatedReplica(simulation, redis, endpoint, seed: 1);

        simulation.Advance(Minute, Second / 10, () => Assert.NotNull(replica.Token));
    }

    [Lesson("a provider returned the same token until it expired, which left a gap: wso2/api-manager#773")]
    [Fact]
    public void Every_request_gets_a_token_when_the_provider_returns_the_same_token_until_it_expires()
    {
        endpoint.RepeatsToken = true;
        endpoint.Latency = Second / 5;
        var rig = new TokenRig(simulation, endpoint);
        _ = rig.Start();
        simulation.Advance(Second, Second / 10);
        var requests = new List<Task<AccessToken?>>();

        simulation.Advance(TimeSpan.FromHours(3), Second / 10, () =>
        {
            if (rig.Source.TryGet() is null)
                requests.Add(rig.Get());
        });
        simulation.Advance(10 * Second, Second / 10);

        Assert.All(requests, request => Assert.NotNull(request.Completed()));
        Assert.InRange(endpoint.Calls, 4, 60);
        Assert.Equal(4, endpoint.ExpiresAt.Count);
        Assert.Null(rig.Lifecycle.Status.Failure);
    }

    [Fact]
    public void A_fleet_shares_its_attempts_when_the_provider_returns_the_same_token_until_it_expires()
    {
        endpoint.RepeatsToken = true;
        endpoint.Latency = Second / 5;
        redis.Latency = TimeSpan.FromMilliseconds(1);
        var replicas = Enumerable.Range(1, 20).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed)).ToList();

        simulation.Advance(TimeSpan.FromHours(3), Second / 2);

        Assert.All(replicas, replica => Assert.NotNull(replica.Token));
        Figures.Report($"provider that returns one token until it expires, 20 simulated replicas, 3 h: {endpoint.Calls} token calls");
        Assert.InRange(endpoint.Calls, 4, 90);
    }

    [Fact]
    public void A_provider_that_keeps_returning_an_expired_token_is_not_called_more_often_than_one_that_fails()
    {
        endpoint.RepeatsToken = true;
        redis.Latency = TimeSpan.FromMilliseconds(1);
        var replicas = Enumerable.Range(1, 10).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed)).ToList();
        simulation.Advance(Minute, Second);
        endpoint.IsStuck = true;
        simulation.Advance(TimeSpan.FromHours(1), Second);
        var before = endpoint.Calls;

        var turn = 0;
        simulation.Advance(TimeSpan.FromHours(1), Second, () => _ = replicas[turn++ % 10].Get());

        Assert.InRange(endpoint.Calls - before, 100, 185);
    }

    private TimeSpan AgeOfSecondToken() => simulation.Time.GetMonotonicNow() - endpoint.CalledAt[1];
}
