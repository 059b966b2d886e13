using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>What a 401 of the provider does to the token.</summary>
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

    [Lesson("a wave of 401s invalidated again and again: apache/gravitino PR 12531")]
    [Fact]
    public void A_wave_of_401s_to_one_token_costs_one_token_call()
    {
        for (var i = 0; i < 10_000; i++)
            Reject("Bearer access_token_1");
        simulation.Advance(Second, Second);

        Assert.Equal(2, endpoint.Calls);
        Assert.Equal("access_token_2", rig.Slot.Current?.Value);
    }

    [Fact]
    public void A_late_401_to_an_old_token_leaves_its_successor_alone()
    {
        Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        Assert.Equal(2, endpoint.Calls);
    }

    [Fact]
    public void An_upstream_that_refuses_every_token_costs_one_call_per_floor_interval_and_the_token_stays_in_between()
    {
        var withoutToken = 0;
        simulation.Advance(TimeSpan.FromMinutes(10), Second, () =>
        {
            withoutToken += rig.Slot.Current is null ? 1 : 0;
            Reject($"Bearer {rig.Slot.Current?.Value}");
        });

        Assert.InRange(endpoint.Calls, 19, 22);
        Assert.True(withoutToken <= 21, $"{withoutToken} s without a token");
    }

    [Fact]
    public void The_rejected_token_is_not_adopted_from_the_store_again()
    {
        endpoint.Failure = new(RefreshOutcome.Unavailable, "outage");

        Reject("Bearer access_token_1");
        simulation.Advance(60 * Second, Second);

        Assert.Null(rig.Slot.Current);
    }

    [Lesson("the caller hung on a revoked token: hashicorp/vault#31995")]
    [Fact]
    public void A_request_after_the_rejection_gets_one_bounded_attempt_and_then_an_answer()
    {
        endpoint.Latency = TimeSpan.FromHours(1);
        Reject("Bearer access_token_1");

        var waiting = rig.Get();
        simulation.Advance(AccessTokenSource.Patience, Second);

        Assert.Null(waiting.Completed());
        Assert.Equal(2, endpoint.Calls);
    }

    private void Reject(string authorization) => simulation.Start(() =>
    {
        rig.Source.Reject(authorization);
        return true;
    });
}
