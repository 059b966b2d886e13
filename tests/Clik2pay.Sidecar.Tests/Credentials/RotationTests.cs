using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Credentials;

/// <summary>Other credentials in place of those in use, on simulated time.</summary>
public sealed class RotationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TokenFailure Outage = new(RefreshOutcome.Unavailable, "outage");
    private static readonly Clik2payOptions Options = new()
    {
        Environment = Clik2payEnvironment.Custom,
        ApiBaseUrl = new("http://localhost"),
        TokenEndpoint = new("http://localhost/oauth2/token"),
        Credentials = Secrets.Set,
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
    public void Credentials_that_bring_a_token_are_in_use_with_it_from_the_same_moment_on()
    {
        Offer(Next);

        AssertInUse("access_token_2", Next);
        Assert.Equal((RefreshTrigger.Rotation, RefreshOutcome.Success), (rig.History.Records[0].Trigger, rig.History.Records[0].Outcome));

        // Refreshes go on with them.
        simulation.Advance(TimeSpan.FromMinutes(46), Second);
        AssertInUse("access_token_3", Next);
        Assert.Equal(Next.Credentials, endpoint.LastCredentials);
    }

    [Fact]
    public void A_token_of_other_credentials_takes_the_place_of_one_that_lives_longer()
    {
        endpoint.Lifetime = TimeSpan.FromMinutes(5);

        Offer(Next);

        AssertInUse("access_token_2", Next);
    }

    [Fact]
    public void Refused_credentials_change_nothing_and_are_tried_again_ever_more_rarely()
    {
        endpoint.Refused.Add("next");
        var before = rig.Loop.Status;

        Offer(Next);

        AssertInUse("access_token_1", TokenRig.Key);
        Assert.Equal((RefreshTrigger.Rotation, RefreshOutcome.Rejected), (rig.History.Records[0].Trigger, rig.History.Records[0].Outcome));
        Assert.Equal(before, rig.Loop.Status);

        // Whoever puts a password in place before the provider knows it need not do so again.
        simulation.Advance(TimeSpan.FromMinutes(40), Second, () => AssertInUse("access_token_1", TokenRig.Key));
        Assert.InRange(endpoint.Calls, 3, 12);
        endpoint.Refused.Clear();
        simulation.Advance(TimeSpan.FromMinutes(15), Second);
        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void While_the_token_endpoint_is_away_those_in_use_stay_and_others_are_taken_soon_after_its_return()
    {
        endpoint.Failure = Outage;
        Offer(Next);
        simulation.Advance(TimeSpan.FromMinutes(10), Second, () => AssertInUse("access_token_1", TokenRig.Key));

        endpoint.Failure = null;
        simulation.Advance(TimeSpan.FromSeconds(31), Second);

        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void Refreshes_of_those_in_use_go_on_while_others_are_refused()
    {
        endpoint.Refused.Add("next");
        Offer(Next);

        simulation.Advance(TimeSpan.FromHours(5), Second, () => Assert.Equal(TokenRig.Key.Credentials, rig.Slot.Current?.Credentials));

        Assert.True(rig.Slot.Current!.ExpiresAt > simulation.Time.GetMonotonicNow());
    }

    [Fact]
    public void When_those_in_use_are_refused_by_now_others_end_the_time_without_a_token()
    {
        endpoint.Refused.Add(TokenRig.Key.Credentials.Password);
        simulation.Advance(TimeSpan.FromMinutes(61), Second);
        Assert.Null(rig.Slot.Current);
        Assert.Equal(RefreshOutcome.Rejected, rig.Loop.Status.Failure?.Outcome);

        Offer(Next);

        Assert.Equal(Next.Credentials, rig.Get().Completed()?.Credentials);
        Assert.Null(rig.Loop.Status.Failure);
    }

    [Fact]
    public void Credentials_that_were_taken_back_are_not_tried_again()
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
    public void Of_two_offers_in_a_row_the_later_one_counts_even_when_the_earlier_one_is_answered_afterwards(bool isRefused)
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
    public void A_refresh_that_was_under_way_with_the_old_credentials_never_comes_in_place_of_the_new_token()
    {
        endpoint.Latency = 5 * Second;
        rig.Slot.TryReject(rig.Slot.Current!);
        rig.Loop.Wake(RefreshTrigger.Unauthorized);
        simulation.Advance(2 * Second, Second);

        Offer(Next);
        simulation.Advance(20 * Second, Second);

        AssertInUse("access_token_3", Next);
    }

    [Fact]
    public void A_request_that_waits_for_a_token_while_others_are_tried_in_vain_gets_one_of_those_in_use()
    {
        endpoint.Latency = Second;
        endpoint.Refused.Add("next");
        Offer(Next);
        rig.Slot.TryReject(rig.Slot.Current!);

        var asked = rig.Get();
        simulation.Advance(3 * Second, Second);

        Assert.Equal(TokenRig.Key.Credentials, asked.Completed()?.Credentials);
    }

    [Fact]
    public void Credentials_that_are_put_back_and_refused_by_now_are_not_taken_for_the_token_they_once_brought()
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
    public void When_those_in_use_are_refused_others_that_were_refused_before_are_tried_without_a_long_wait(int minutes)
    {
        endpoint.Refused.Add("next");
        Offer(Next);
        simulation.Advance(TimeSpan.FromMinutes(minutes), Second);

        // The provider switches: the next ones are known now, those in use no longer.
        endpoint.Refused.Clear();
        endpoint.Refused.Add(TokenRig.Key.Credentials.Password);
        rig.Source.Reject(rig.Slot.Current!.Authorization);
        simulation.Advance(TimeSpan.FromMinutes(2), Second);

        Assert.Equal(Next.Credentials, rig.Slot.Current?.Credentials);
    }

    [Fact]
    public void An_API_key_alone_is_changed_without_anybody_being_asked_and_refreshes_go_on_as_they_were_due()
    {
        Offer(Next);
        var (calls, due) = (endpoint.Calls, rig.Loop.Status.DueAt);
        endpoint.Failure = Outage;

        Offer(TokenKey.For(Options with { Credentials = Next.Credentials with { ApiKey = "another" } }));

        Assert.Equal(("access_token_2", "another"), (rig.Slot.Current?.Value, rig.Slot.Current?.Credentials.ApiKey));
        Assert.Equal((calls, due), (endpoint.Calls, rig.Loop.Status.DueAt));
    }

    [Fact]
    public void The_first_token_of_new_credentials_can_be_rejected_however_short_ago_one_of_the_old_was()
    {
        rig.Source.Reject(rig.Slot.Current!.Authorization);
        simulation.Advance(2 * Second, Second);
        Offer(Next);

        rig.Source.Reject(rig.Slot.Current!.Authorization);
        simulation.Advance(2 * Second, Second);

        AssertInUse("access_token_4", Next);
    }

    private static TokenKey KeyOf(string password) => TokenKey.For(Options with { Credentials = new("user", password, "key of " + password) });

    private void Offer(TokenKey key)
    {
        rig.Loop.Offer(key);
        simulation.RunReady();
    }

    private void AssertInUse(string token, TokenKey key) => Assert.Equal((token, key.Credentials), (rig.Slot.Current?.Value, rig.Slot.Current?.Credentials));
}
