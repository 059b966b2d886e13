using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Tokens;

public sealed class TokenSlotTests
{
    private readonly FakeTimeProvider time = new();
    private readonly TokenSlot slot;

    public TokenSlotTests() => slot = new(time);

    [Fact]
    public void An_expired_token_is_not_current()
    {
        slot.TryPublish(Token("a", seconds: 10));

        time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.NotNull(slot.Current);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(slot.Current);
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_and_forth_does_not_change_the_expiry()
    {
        var clock = new SteppedWallClock();
        var other = new TokenSlot(clock);

        other.TryPublish(new("a", TimeSpan.FromSeconds(10), clock.GetMonotonicNow() + TimeSpan.FromSeconds(10), Secrets.Set));

        for (var i = 0; i < 10; i++)
            Assert.NotNull(other.Current);
    }

    [Fact]
    public void A_token_does_not_replace_one_that_expires_later()
    {
        slot.TryPublish(Token("newer", seconds: 20));

        Assert.False(slot.TryPublish(Token("older", seconds: 10)));
        Assert.Equal("newer", slot.Current!.Value);
    }

    [Fact]
    public void The_first_rejection_drops_a_token_and_a_repeated_one_does_not_drop_its_successor()
    {
        var first = Token("first", seconds: 10);
        slot.TryPublish(first);

        Assert.True(slot.TryReject(first));
        Assert.Null(slot.Current);
        slot.TryPublish(Token("second", seconds: 20));

        Assert.False(slot.TryReject(first));
        Assert.Equal("second", slot.Current!.Value);
    }

    [Fact]
    public void A_rejected_token_is_not_published_again()
    {
        var token = Token("a", seconds: 10);
        slot.TryPublish(token);
        slot.TryReject(token);

        Assert.False(slot.TryPublish(Token("a", seconds: 20)));
        Assert.Null(slot.Current);
    }

    [Fact]
    public void A_rejection_drops_a_token_even_after_a_change_of_the_API_key()
    {
        var token = Token("a", seconds: 10);
        slot.TryPublish(token);
        slot.ChangeCredentials(Secrets.Set with { ApiKey = "another" });

        Assert.True(slot.TryReject(token));
        Assert.Null(slot.Current);
    }

    [Theory]
    [InlineData("Bearer a", true)]
    [InlineData("Bearer A", false)]
    [InlineData("Bearer ab", false)]
    [InlineData("bearer a", false)]
    [InlineData("a", false)]
    [InlineData("", false)]
    public void Only_the_exact_Authorization_header_of_a_token_has_its_identity(string authorization, bool isSame) =>
        Assert.Equal(isSame, TokenIdentity.FromAuthorization(authorization) == Token("a", seconds: 10).Identity);

    [Fact]
    public void Text_representations_do_not_contain_the_value_of_the_token()
    {
        var token = Token("canary", 1);

        var texts = $"{token} {token.Identity} {TokenEndpointResult.Issued("canary", default)} {StoreReading.Found(token)}";

        Assert.DoesNotContain("canary", texts, StringComparison.Ordinal);
    }

    private AccessToken Token(string value, int seconds) =>
        new(value, TimeSpan.FromSeconds(seconds), time.GetMonotonicNow() + TimeSpan.FromSeconds(seconds), Secrets.Set);

    private sealed class SteppedWallClock : TimeProvider
    {
        private int readings;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(1000 + (readings++ % 2 == 0 ? 1 : -1));
    }
}
