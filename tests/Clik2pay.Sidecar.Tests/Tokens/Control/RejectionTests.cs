using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;

namespace Clik2pay.Sidecar.Tests.Tokens.Control;

/// <summary>A 401 from the provider drops the token.</summary>
public sealed class RejectionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly TokenRig rig;

    public RejectionTests()
    {
        endpoint = new(simulation.Time);
        rig = new(simulation, endpoint);
        _ = rig.Start();
        simulation.Advance(2 * Second, Second);
    }

    [Lesson("a wave of 401s invalidated the token again and again: apache/gravitino PR 12531")]
    [Fact]
    public void A_wave_of_401s_to_one_token_costs_one_token_call()
    {
        for (var i = 0; i < 10_000; i++)
            rig.Reject("Bearer access_token_1");
        simulation.Advance(Second, Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.Equal("access_token_2", rig.Slot.Current?.Value);
    }

    [Fact]
    public void A_late_401_to_an_old_token_does_not_drop_its_successor()
    {
        rig.Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        rig.Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void An_upstream_that_rejects_every_token_costs_one_token_call_every_30_seconds()
    {
        var withoutToken = 0;
        simulation.Advance(TimeSpan.FromMinutes(10), Second, () =>
        {
            withoutToken += rig.Slot.Current is null ? 1 : 0;
            rig.Reject($"Bearer {rig.Slot.Current?.Value}");
        });

        Assert.InRange(endpoint.Calls, 19, 22);
        Assert.True(withoutToken <= 21, $"{withoutToken} s without a token");
    }

    [Fact]
    public void A_rejected_token_is_not_adopted_from_the_store_again()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");

        rig.Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        Assert.Null(rig.Slot.Current);
    }

    [Lesson("the caller hung on a revoked token: hashicorp/vault#31995")]
    [Fact]
    public void A_request_after_a_rejection_waits_for_one_attempt_and_no_longer_than_the_timeout()
    {
        endpoint.Latency = TimeSpan.FromHours(1);
        rig.Reject("Bearer access_token_1");

        var waiting = rig.Get();
        simulation.Advance(AccessTokenSource.WaitTimeout, Second);

        Assert.Null(waiting.Completed());
        Assert.Equal(2, endpoint.Calls);
    }
}
