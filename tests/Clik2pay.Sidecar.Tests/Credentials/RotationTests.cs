using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Credentials;

/// <summary>The token lifecycle when new credentials are offered, on simulated time.</summary>
public sealed class RotationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TokenFailure Outage = new(FailureKind.Unavailable, "outage");
    private static readonly Clik2payOptions Options = new()
    {
        Environment = Clik2payEnvironment.Custom,
        ApiBaseUrl = new("http://localhost"),
        TokenEndpoint = new("http://localhost/oauth2/token"),
        Credentials = Secrets.Set,
        Scope = "payment_request/all",
        RefreshAt = 0.75,
    };

    private static readonly TokenKey Next = KeyOf("next");

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly TokenRig rig;

    public RotationTests()
    {
        endpoint = new(simulation.Time);
        rig = new(simulation, endpoint);
        _ = rig.Start();
    }

    [Fact]
    public void New_credentials_are_in_use_from_their_first_token_on()
    {
        Offer(Next);

        AssertInUse("access_token_2", Next);
        Assert.Equal((RefreshTrigger.Rotation, RefreshOutcome.Success), (Last.Trigger, Last.Outcome));

        // Later refreshes use the new credentials too.
        simulation.Advance(TimeSpan.FromMinutes(46), Second);
        AssertInUse("access_token_3", Next);
        Assert.Equal(Next.Credentials, endpoint.LastCredentials);
    }

    [Fact]
    public void A_token_of_new_credentials_replaces_one_that_expires_later()
    {
        endpoint.Lifetime = TimeSpan.FromMinutes(5);

        Offer(Next);

        AssertInUse("access_token_2", Next);
    }

    [Fact]
    public void Refused_new_credentials_change_nothing_and_are_tried_again_with_growing_pauses()
    {
        endpoint.Refused.Add("next");
        var before = rig.Lifecycle.Status;

        Offer(Next);

        AssertInUse("access_token_1", TokenRig.Key);
        Assert.Equal((RefreshTrigger.Rotation, RefreshOutcome.Rejected), (Last.Trigger, Last.Outcome));
        Assert.Equal(before, rig.Lifecycle.Status);

        // A password that is deployed before the provider accepts it need not be deployed again.
        simulation.Advance(TimeSpan.FromMinutes(40), Second, () => AssertInUse("access_token_1", TokenRig.Key));
        Assert.InRange(endpoint.Calls, 3, 12);
        endpoint.Refused.Clear();
        simulation.Advance(TimeSpan.FromMinutes(15), Second);
        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void New_credentials_that_are_offered_during_an_outage_are_in_use_soon_after_it()
    {
        endpoint.Failure = Outage;
        Offer(Next);
        simulation.Advance(TimeSpan.FromMinutes(10), Second, () => AssertInUse("access_token_1", TokenRig.Key));

        endpoint.Failure = null;
        simulation.Advance(TimeSpan.FromSeconds(31), Second);

        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void The_current_credentials_are_refreshed_while_new_ones_are_refused()
    {
        endpoint.Refused.Add("next");
        Offer(Next);

        simulation.Advance(TimeSpan.FromHours(5), Second, () => Assert.Equal(TokenRig.Key.Credentials, rig.Slot.Current?.Credentials));

        Assert.True(rig.Slot.Current!.ExpiresAt > simulation.Time.GetMonotonicNow());
    }

    [Fact]
    public void New_credentials_obtain_a_token_after_the_current_ones_were_refused()
    {
        endpoint.Refused.Add(TokenRig.Key.Credentials.Password);
        simulation.Advance(TimeSpan.FromMinutes(61), Second);
        Assert.Null(rig.Slot.Current);
        Assert.Equal(FailureKind.Refused, rig.Lifecycle.Status.Failure?.Kind);

        Offer(Next);

        Assert.Equal(Next.Credentials, rig.Get().Completed()?.Credentials);
        Assert.Null(rig.Lifecycle.Status.Failure);
    }

    [Fact]
    public void New_credentials_are_not_tried_again_after_the_old_ones_are_restored()
    {
        endpoint.Refused.Add("next");
        Offer(Next);
        var calls = endpoint.Calls;

        Offer(TokenRig.Key);
        simulation.Advance(TimeSpan.FromMinutes(40), Second);

        Assert.Equal(calls, endpoint.Calls);
        AssertInUse("access_token_1", TokenRig.Key);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_later_of_two_offers_is_used_even_if_it_comes_during_the_token_call_for_the_earlier_one(bool isRefused)
    {
        endpoint.Latency = 5 * Second;
        if (isRefused)
            endpoint.Refused.Add("next");
        Offer(Next);

        Offer(KeyOf("latest"));
        simulation.Advance(20 * Second, Second);

        Assert.Equal("latest", rig.Slot.Current?.Credentials.Password);
    }

    [Lesson("an old fetch in flight overwrote the token after rotation: dograh PR 612")]
    [Fact]
    public void A_refresh_that_started_with_the_old_credentials_does_not_replace_the_new_token()
    {
        endpoint.Latency = 5 * Second;
        rig.RejectCurrent();
        simulation.Advance(2 * Second, Second);

        Offer(Next);
        simulation.Advance(20 * Second, Second);

        AssertInUse("access_token_3", Next);
    }

    [Fact]
    public void A_request_that_waits_while_new_credentials_are_refused_gets_a_token_of_the_current_ones()
    {
        endpoint.Latency = Second;
        endpoint.Refused.Add("next");
        Offer(Next);
        rig.Slot.TryReject(rig.Slot.Current!);

        var waiting = rig.Get();
        simulation.Advance(3 * Second, Second);

        Assert.Equal(TokenRig.Key.Credentials, waiting.Completed()?.Credentials);
    }

    [Fact]
    public void Restored_credentials_that_are_now_refused_are_not_used_although_they_obtained_a_token_earlier()
    {
        Offer(Next);
        var third = KeyOf("third");
        Offer(third);
        endpoint.Refused.Add("next");

        Offer(Next);

        Assert.Equal(third.Credentials, rig.Slot.Current?.Credentials);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    public void When_the_current_credentials_are_refused_pending_ones_are_used_within_2_minutes(int minutes)
    {
        endpoint.Refused.Add("next");
        Offer(Next);
        simulation.Advance(TimeSpan.FromMinutes(minutes), Second);

        // The provider switches: it accepts the new credentials, and refuses the current ones.
        endpoint.Refused.Clear();
        endpoint.Refused.Add(TokenRig.Key.Credentials.Password);
        rig.RejectCurrent();
        simulation.Advance(TimeSpan.FromMinutes(2), Second);

        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void A_new_API_key_alone_is_used_without_a_token_call_and_without_a_change_of_schedule()
    {
        Offer(Next);
        var (calls, due) = (endpoint.Calls, rig.Lifecycle.Status.DueAt);
        endpoint.Failure = Outage;

        Offer(TokenKey.For(Options with { Credentials = Next.Credentials with { ApiKey = "another" } }));

        Assert.Equal(("access_token_2", "another"), (rig.Slot.Current?.Value, rig.Slot.Current?.Credentials.ApiKey));
        Assert.Equal((calls, due), (endpoint.Calls, rig.Lifecycle.Status.DueAt));
    }

    [Fact]
    public void A_rejected_first_token_of_new_credentials_is_replaced_even_soon_after_an_earlier_rejection()
    {
        rig.RejectCurrent();
        simulation.Advance(2 * Second, Second);
        Offer(Next);

        rig.RejectCurrent();
        simulation.Advance(2 * Second, Second);

        AssertInUse("access_token_4", Next);
    }

    private RefreshRecord Last => rig.Lifecycle.History.Runs[0].Last;

    private static TokenKey KeyOf(string password) => TokenKey.For(Options with { Credentials = new("user", password, "key " + password) });

    private void Offer(TokenKey key)
    {
        rig.Lifecycle.Offer(key);
        simulation.RunReady();
    }

    private void AssertInUse(string token, TokenKey key) =>
        Assert.Equal((token, key.Credentials), (rig.Slot.Current?.Value, rig.Slot.Current?.Credentials));
}
