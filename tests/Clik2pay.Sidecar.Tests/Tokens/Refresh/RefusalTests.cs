using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>Credentials that have worked are refused for a while.</summary>
public sealed class RefusalTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TokenFailure Refusal = new(FailureKind.Refused, "invalid_client");

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;

    public RefusalTests() => endpoint = new(simulation.Time);

    [Lesson("a backoff outlasted the provider's outage: camunda-8-js-sdk#605")]
    [Fact]
    public void A_refusal_that_ends_before_the_token_expires_leaves_no_moment_without_a_token()
    {
        var rig = Start();
        simulation.Advance(44 * Minute, Second);
        endpoint.Failure = Refusal;
        simulation.Advance(15 * Minute, Second);

        // The last attempt comes shortly before the expiry.
        endpoint.Failure = null;
        simulation.Advance(10 * Minute, Second, () => Assert.NotNull(rig.Slot.Current));
    }

    [Fact]
    public void After_the_expiry_refused_credentials_are_tried_every_minute()
    {
        var rig = Start();
        endpoint.Failure = Refusal;
        simulation.Advance(3 * TimeSpan.FromHours(1), Second);
        endpoint.Failure = null;
        var before = endpoint.Calls;

        simulation.Advance(66 * Second, Second);

        Assert.NotNull(rig.Slot.Current);
        Assert.Equal(before + 1, endpoint.Calls);
        Assert.InRange(before, 110, 140);
    }

    [Fact]
    public void Waiting_requests_cost_one_attempt_a_minute()
    {
        var rig = Start();
        endpoint.Failure = Refusal;
        simulation.Advance(TimeSpan.FromHours(1), Second);
        var before = endpoint.Calls;

        simulation.Advance(TimeSpan.FromHours(1), Second / 10, () => _ = rig.Get());

        Assert.InRange(endpoint.Calls - before, 55, 60);
    }

    [Fact]
    public void After_a_revoked_token_refused_credentials_are_tried_every_minute()
    {
        var rig = Start();
        endpoint.Failure = Refusal;
        rig.RejectCurrent();
        simulation.Advance(5 * Minute, Second);
        endpoint.Failure = null;

        simulation.Advance(66 * Second, Second);

        Assert.NotNull(rig.Slot.Current);
    }

    [Fact]
    public void A_fleet_with_requests_and_refused_credentials_makes_at_most_180_token_calls_an_hour()
    {
        var redis = new SimulatedRedis(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
        var replicas = Enumerable.Range(1, 100).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed)).ToList();
        simulation.Advance(Minute, Second);
        endpoint.Failure = Refusal;
        simulation.Advance(TimeSpan.FromHours(1), Second);
        var before = endpoint.Calls;

        var turn = 0;
        simulation.Advance(TimeSpan.FromHours(1), Second, () => _ = replicas[turn++ % 100].Get());

        var calls = endpoint.Calls - before;
        Figures.Report($"refused credentials that have worked, 100 simulated replicas with requests: {calls} token calls an hour");
        Assert.InRange(calls, 30, 180);
        endpoint.Failure = null;
        simulation.Advance(2 * Minute, Second);
        Assert.All(replicas, replica => Assert.NotNull(replica.Token));
    }

    private TokenRig Start()
    {
        var rig = new TokenRig(simulation, endpoint);
        _ = rig.Start();
        simulation.Advance(Minute, Second);
        return rig;
    }
}
