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
    public void The_documented_response_gives_token_and_lifetime()
    {
        var result = Read("""{"access_token":"eyJraWQ.a-b_c~d+e/f==","expires_in":3600,"token_type":"Bearer"}""");

        Assert.Equal(("eyJraWQ.a-b_c~d+e/f==", TimeSpan.FromHours(1)), (result.Value, result.Lifetime));
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
        var result = Read($$"""{"access_token":"a","expires_in":{{expiresIn}},"token_type":"bearer"}""");

        Assert.Equal(TimeSpan.FromSeconds(seconds), result.Lifetime);
    }

    [Lesson("expires_in was ignored, or a token without expires_in was cached forever: DuendeSoftware/foss#287, Dapr")]
    [Fact]
    public void Without_expires_in_the_lifetime_is_an_hour() =>
        Assert.Equal(TimeSpan.FromSeconds(3600), Read("""{"access_token":"a","token_type":"Bearer"}""").Lifetime);

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
        Assert.Equal(TimeSpan.FromHours(1), Read("a", expiresIn).Lifetime);

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void An_expires_in_above_30_days_is_replaced_by_the_expiry_in_the_token(string expiresIn)
    {
        Assert.Equal(TimeSpan.FromHours(5), Read(TestJwt.ExpiringAt(ServerTime.AddHours(5)), expiresIn).Lifetime);
        Assert.Equal(TimeSpan.FromDays(30), Read(TestJwt.ExpiringAt(ServerTime.AddDays(30)), expiresIn).Lifetime);
        Assert.Equal(TimeSpan.FromHours(1), Read(TestJwt.ExpiringAt(ServerTime.AddDays(31)), expiresIn).Lifetime);
        Assert.Equal(TimeSpan.Zero, Read(TestJwt.ExpiringAt(ServerTime), expiresIn).Lifetime);
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
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read("a", expiresIn, TimeSpan.FromSeconds(age)).Lifetime);

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
    public void A_body_without_a_usable_token_is_invalid(string body, string expected) => AssertInvalid(body, expected);

    [Fact]
    public void The_reason_does_not_quote_the_response()
    {
        var failure = Read("""{"access_token":"secret token","token_type":"Bearer"}""").Failure!;

        Assert.DoesNotContain("secret", failure.Reason, StringComparison.Ordinal);
        Assert.Contains(Endpoint.AbsoluteUri, failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_earlier_expiry_in_the_token_shortens_expires_in()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddMinutes(10));

        Assert.Equal(TimeSpan.FromMinutes(10), Read(jwt, "3600").Lifetime);
    }

    [Fact]
    public void A_later_expiry_in_the_token_does_not_prolong_expires_in()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddHours(10));

        Assert.Equal(TimeSpan.FromHours(1), Read(jwt, "3600").Lifetime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    public void A_token_that_has_already_expired_has_a_lifetime_of_zero(int seconds) =>
        Assert.Equal(TimeSpan.Zero, Read(TestJwt.ExpiringAt(ServerTime.AddSeconds(seconds)), "3600").Lifetime);

    [Fact]
    public void Without_the_servers_time_the_expiry_in_the_token_is_ignored()
    {
        var jwt = TestJwt.ExpiringAt(ServerTime.AddMinutes(10));

        Assert.Equal(TimeSpan.FromHours(1), Read(Body(jwt, "3600"), serverTime: null).Lifetime);
        Assert.Equal(TimeSpan.FromHours(1), Read(Body(jwt, "3600000"), serverTime: null).Lifetime);
    }

    [Theory]
    [InlineData("600.75")]
    [InlineData("600.0")]
    [InlineData("6.0075e2")]
    public void The_expiry_in_the_token_is_truncated_to_whole_seconds(string exp)
    {
        var jwt = TestJwt.WithClaims($$"""{"exp":{{exp}}}""");

        Assert.Equal(TimeSpan.FromMinutes(10), Read(Body(jwt, "3600"), DateTimeOffset.UnixEpoch).Lifetime);
    }

    [Fact]
    public void A_token_of_48_KiB_is_accepted_and_a_longer_one_is_refused()
    {
        var longest = new string('a', AccessToken.MaxLength);

        Assert.Equal(longest, Read(longest, "3600").Value);
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
    public void Without_a_valid_expiry_in_the_token_only_expires_in_counts(string claims) =>
        Assert.Equal(TimeSpan.FromHours(1), Read(TestJwt.WithClaims(claims), "3600").Lifetime);

    public static TheoryData<string> TooLarge() =>
        ["2592001", "3600000", "\"3600000\"", "1e12", "1e300", "1e308", "1e999", "\"Infinity\"", new string('9', 400)];

    private static string Body(string token, string expiresIn) =>
        $$"""{"access_token":"{{token}}","expires_in":{{expiresIn}},"token_type":"Bearer"}""";

    private static TokenEndpointResult Read(string body) => Read(body, ServerTime);

    private static TokenEndpointResult Read(string body, DateTimeOffset? serverTime, TimeSpan age = default) =>
        TokenSuccessReader.Read(Encoding.UTF8.GetBytes(body), age, serverTime, Endpoint);

    private static TokenEndpointResult Read(string token, string expiresIn, TimeSpan age = default) =>
        Read(Body(token, expiresIn), ServerTime, age);

    private static void AssertInvalid(string body, string expected)
    {
        var failure = Read(body).Failure;

        Assert.Equal(FailureKind.InvalidResponse, failure?.Kind);
        Assert.Contains(expected, failure!.Reason, StringComparison.Ordinal);
    }
}
