using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens.Sharing;

/// <summary>A simulated fleet whose shared token is revoked.</summary>
public sealed class SharedRejectionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;
    private readonly List<SimulatedReplica> replicas;

    public SharedRejectionTests()
    {
        endpoint = new(simulation.Time) { Latency = Second / 2 };
        redis = new(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
        replicas = [.. Enumerable.Range(1, 4).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed))];
        simulation.Advance(Minute, Second);
        endpoint.Lifetime = 5 * Minute;
    }

    [Fact]
    public void A_revoked_token_costs_one_token_call_even_if_its_successor_expires_earlier()
    {
        foreach (var replica in replicas)
        {
            replica.Reject(replica.Token!);
            simulation.Advance(2 * Second, Second / 10);
            Assert.Equal("access_token_2", replica.Token?.Value);
        }

        Assert.Equal(2, endpoint.Calls);
        Assert.Equal("access_token_2", redis.Value);
    }

    [Fact]
    public void A_replica_that_starts_after_the_rejection_does_not_adopt_the_revoked_token()
    {
        replicas[0].Reject(replicas[0].Token!);
        simulation.Advance(2 * Second, Second / 10);

        var late = new SimulatedReplica(simulation, redis, endpoint, seed: 99);
        simulation.Advance(2 * Second, Second / 10);

        Assert.Equal("access_token_2", late.Token?.Value);
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void The_other_replicas_drop_a_revoked_token_at_their_next_poll()
    {
        endpoint.Lifetime = 30 * Minute;
        replicas[0].Reject(replicas[0].Token!);

        // Each replica polls within 5 min.
        simulation.Advance(5 * Minute + (2 * Second), Second);

        Assert.All(replicas, replica => Assert.Equal("access_token_2", replica.Token?.Value));
        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void A_revoked_token_is_not_adopted_again_while_the_token_endpoint_is_down()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        foreach (var replica in replicas)
            replica.Reject(replica.Token!);

        simulation.Advance(10 * Minute, Second, () => Assert.All(replicas, replica => Assert.Null(replica.Token)));

        Assert.Null(redis.Value);
    }

    [Fact]
    public void A_replica_keeps_using_a_token_that_was_rejected_elsewhere_while_there_is_no_successor()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        replicas[0].Reject(replicas[0].Token!);

        simulation.Advance(10 * Minute, Second, () => Assert.All(replicas.Skip(1), replica => Assert.NotNull(replica.Token)));
        Assert.Null(redis.Value);
        Assert.InRange(endpoint.Calls, 20, 60);
        endpoint.Failure = null;
        simulation.Advance(Minute, Second);

        Assert.All(replicas, replica => Assert.NotEqual("access_token_1", replica.Token?.Value));
    }

    [Fact]
    public void While_Redis_hangs_the_successor_of_a_rejected_token_is_obtained_within_6_seconds()
    {
        redis.IsDown = true;
        replicas[0].Reject(replicas[0].Token!);

        simulation.Advance(6 * Second, Second / 10);

        Assert.Equal("access_token_2", replicas[0].Token?.Value);
    }

    [Fact]
    public void An_API_key_that_is_rotated_alone_is_used_with_a_token_that_was_rejected_elsewhere()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        replicas[0].Reject(replicas[0].Token!);
        simulation.Advance(6 * Minute, Second);
        var rotated = Secrets.Set with { ApiKey = "another-api-key" };

        replicas[1].Rig.Lifecycle.Offer(TokenRig.Key with { Credentials = rotated });
        simulation.Advance(2 * Second, Second);

        Assert.Equal(rotated, replicas[1].Token?.Credentials);
    }

    [Fact]
    public void A_rejection_that_Redis_did_not_receive_is_shared_when_Redis_responds_again()
    {
        redis.IsDown = true;
        replicas[0].Reject(replicas[0].Token!);
        simulation.Advance(Minute, Second);
        redis.IsDown = false;
        simulation.Advance(6 * Minute, Second);

        Assert.DoesNotContain(replicas, replica => replica.Token?.Value == "access_token_1");
    }
}
