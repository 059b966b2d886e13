using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tests.Tokens.Endpoint;

public sealed class TokenSuccessReaderTests
{
    private static readonly Uri Endpoint = new("https://auth.example/oauth2/token");
    private static readonly DateTimeOffset ServerTime = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_documented_answer_gives_token_and_lifetime()
    {
        var token = Read("""{"access_token":"eyJraWQ.a-b_c~d+e/f==","expires_in":3600,"token_type":"Bearer"}""").Token;

        Assert.Equal("eyJraWQ.a-b_c~d+e/f==", token!.Value);
        Assert.Equal(TimeSpan.FromHours(1), token.Lifetime);
    }

    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("\"3600\"", 3600)]
    [InlineData("300.5", 300.5)]
    [InlineData("1", 1)]
    [InlineData("\" 3600 \"", 3600)]
    [InlineData("2592000", 2592000)]
    [InlineData("null", 3600)]
    public void Expires_in_is_a_number_or_a_numeric_string(string expiresIn, double seconds)
    {
        var token = Read($$"""{"access_token":"a","expires_in":{{expiresIn}},"token_type":"bearer"}""").Token;

        Assert.Equal(TimeSpan.FromSeconds(seconds), token!.Lifetime);
    }

    [Lesson("expires_in was ignored, or a missing one cached for ever: DuendeSoftware/foss#287, Dapr")]
    [Fact]
    public void A_missing_expires_in_is_taken_for_an_hour_and_never_for_ever() =>
        Assert.Equal(TimeSpan.FromSeconds(3600), Read("""{"access_token":"a","token_type":"Bearer"}""").Token!.Lifetime);

    [Theory]
    [InlineData("-1")]
    [InlineData("-0.5")]
    [InlineData("-1e999")]
    [InlineData("\"-Infinity\"")]
    [InlineData("\"soon\"")]
    [InlineData("\"3,600\"")]
    [InlineData("\"\"")]
    [InlineData("\"NaN\"")]
    [InlineData("true")]
    [InlineData("[3600]")]
    public void An_expires_in_that_is_not_a_number_of_seconds_makes_the_response_invalid(string expiresIn) =>
        AssertInvalid($$"""{"access_token":"a","expires_in":{{expiresIn}},"token_type":"Bearer"}""", "expires_in");

    [Lesson("a provider that sent expires_in in milliseconds kept the sidecar from starting")]
    [Theory]
    [MemberData(nameof(TooLarge))]
    public void An_expires_in_above_30_days_is_replaced_by_the_assumed_hour(string expiresIn) =>
        Assert.Equal(TimeSpan.FromHours(1), Read("a", expiresIn).Token?.Lifetime);

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void An_expires_in_above_30_days_is_replaced_by_the_expiry_in_the_token(string expiresIn)
    {
        Assert.Equal(TimeSpan.FromHours(5), Read(TestJwt.ExpiringAt(ServerTime.AddHours(5)), expiresIn).Token?.Lifetime);
        Assert.Equal(TimeSpan.FromDays(30), Read(TestJwt.ExpiringAt(ServerTime.AddDays(30)), expiresIn).Token?.Lifetime);
        Assert.Equal(TimeSpan.FromHours(1), Read(TestJwt.ExpiringAt(ServerTime.AddDays(31)), expiresIn).Token?.Lifetime);
        Assert.Equal(TimeSpan.Zero, Read(TestJwt.ExpiringAt(ServerTime), expiresIn).Token?.Lifetime);
    }

    [Theory]
    [InlineData("3600", 600, 3000)]
    [InlineData("3600", 3599, 1)]
    [InlineData("3600.5", 3600, 0)]
    [InlineData("3600", 3600, 0)]
    [InlineData("3600", 2147483647, 0)]
    [InlineData("null", 600, 3000)]
    [InlineData("1e12", 600, 3000)]
    [InlineData("0", 0, 0)]
    [InlineData("0.999", 0, 0)]
    [InlineData("-0", 0, 0)]
    public void The_lifetime_is_shortened_by_the_age_and_is_zero_below_a_second(string expiresIn, int age, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read("a", expiresIn, TimeSpan.FromSeconds(age)).Token?.Lifetime);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("<!doctype html><title>Sign in</title>", "not JSON")]
    [InlineData("""{"access_token":"a",""", "not JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("null", "not an object")]
    [InlineData("{}", "access_token")]
    [InlineData("""{"access_token":"","token_type":"Bearer"}""", "access_token")]
    [InlineData("""{"access_token":12,"token_type":"Bearer"}""", "access_token")]
    [InlineData("""{"access_token":"a b","token_type":"Bearer"}""", "characters")]
    [InlineData("""{"access_token":"a\r\nx-api-key: b","token_type":"Bearer"}""", "characters")]
    [InlineData("""{"access_token":"ä","token_type":"Bearer"}""", "characters")]
    [InlineData("""{"access_token":"a=b","token_type":"Bearer"}""", "characters")]
    [InlineData("""{"access_token":"=","token_type":"Bearer"}""", "characters")]
    [InlineData("""{"access_token":"\ud800","token_type":"Bearer"}""", "not JSON")]
    [InlineData("""{"access_token":"a","token_type":"MAC"}""", "Bearer")]
    [InlineData("""{"access_token":"a"}""", "Bearer")]
    public void What_is_no_token_answer_is_invalid(string body, string named) => AssertInvalid(body, named);

    [Fact]
    public void The_reason_never_quotes_the_answer()
    {
        var failure = Read("""{"access_token":"secret token","token_type":"Bearer"}""").Failure!;

        Assert.DoesNotContain("secret", failure.Reason, StringComparison.Ordinal);
        Assert.Contains(Endpoint.AbsoluteUri, failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_expires_in_loses_against_the_tokens_own_expiry()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddMinutes(10));

        Assert.Equal(TimeSpan.FromMinutes(10), Read(jwt, "3600").Token!.Lifetime);
    }

    [Fact]
    public void A_later_expiry_of_the_token_does_not_prolong_expires_in()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddHours(10));

        Assert.Equal(TimeSpan.FromHours(1), Read(jwt, "3600").Token!.Lifetime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    public void A_token_that_has_already_expired_has_a_lifetime_of_zero(int seconds) =>
        Assert.Equal(TimeSpan.Zero, Read(TestJwt.ExpiringAt(ServerTime.AddSeconds(seconds)), "3600").Token?.Lifetime);

    [Fact]
    public void Without_the_servers_time_expires_in_counts_alone()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddMinutes(10));

        Assert.Equal(TimeSpan.FromHours(1), Read(Body(jwt, "3600"), serverTime: null).Token?.Lifetime);
        Assert.Equal(TimeSpan.FromHours(1), Read(Body(jwt, "3600000"), serverTime: null).Token?.Lifetime);
    }

    [Theory]
    [InlineData("600.75")]
    [InlineData("600.0")]
    [InlineData("6.0075e2")]
    public void An_expiry_with_a_fraction_counts_in_whole_seconds(string exp)
    {
        var jwt = TestJwt.WithClaims($$"""{"exp":{{exp}}}""");

        Assert.Equal(TimeSpan.FromMinutes(10), Read(Body(jwt, "3600"), DateTimeOffset.UnixEpoch).Token?.Lifetime);
    }

    [Fact]
    public void A_token_of_48_KiB_is_accepted_and_a_longer_one_is_refused()
    {
        var longest = new string('a', AccessToken.MaxLength);

        Assert.Equal(longest, Read(longest, "3600").Token?.Value);
        AssertInvalid(Body(longest + "a", "3600"), "an access_token longer than 48 KiB");
    }

    [Theory]
    [InlineData("""{"exp":"tomorrow"}""")]
    [InlineData("""{"exp":-5}""")]
    [InlineData("""{"exp":9e18}""")]
    [InlineData("""{"exp":1e999}""")]
    [InlineData("""{"exp":-0.5}""")]
    [InlineData("""{}""")]
    [InlineData("""[1]""")]
    [InlineData("""not json""")]
    public void A_jwt_with_an_odd_expiry_is_taken_by_expires_in_alone(string claims) =>
        Assert.Equal(TimeSpan.FromHours(1), Read(TestJwt.WithClaims(claims), "3600").Token!.Lifetime);

    public static TheoryData<string> TooLarge() =>
        ["2592001", "3600000", "\"3600000\"", "1e12", "1e300", "1e308", "1e999", "\"Infinity\"", new string('9', 400)];

    private static string Body(string token, string expiresIn) =>
        $$"""{"access_token":"{{token}}","expires_in":{{expiresIn}},"token_type":"Bearer"}""";

    private static TokenAnswer Read(string body) => Read(body, ServerTime);

    private static TokenAnswer Read(string body, DateTimeOffset? serverTime, TimeSpan age = default) =>
        TokenSuccessReader.Read(Encoding.UTF8.GetBytes(body), age, serverTime, Endpoint);

    private static TokenAnswer Read(string token, string expiresIn, TimeSpan age = default) =>
        Read(Body(token, expiresIn), ServerTime, age);

    private static void AssertInvalid(string body, string named)
    {
        var failure = Read(body).Failure;

        Assert.Equal(RefreshOutcome.InvalidResponse, failure?.Outcome);
        Assert.Contains(named, failure!.Reason, StringComparison.Ordinal);
    }
}
