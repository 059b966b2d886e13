using System.Buffers.Text;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens;

public sealed class TokenSuccessReaderTests
{
    private static readonly Uri Endpoint = new("https://auth.example/oauth2/token");
    private static readonly DateTimeOffset AnsweredAt = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

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
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("2592001")]
    [InlineData("1e300")]
    [InlineData("1e999")]
    [InlineData("\"soon\"")]
    [InlineData("\"\"")]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("true")]
    [InlineData("[3600]")]
    public void An_absurd_expires_in_makes_the_answer_invalid(string expiresIn) =>
        AssertInvalid($$"""{"access_token":"a","expires_in":{{expiresIn}},"token_type":"Bearer"}""", "expires_in");

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
        var jwt = Jwt($$"""{"exp":{{AnsweredAt.AddMinutes(10).ToUnixTimeSeconds()}}}""");

        Assert.Equal(TimeSpan.FromMinutes(10), Read(jwt, 3600).Token!.Lifetime);
    }

    [Fact]
    public void A_later_expiry_of_the_token_does_not_prolong_expires_in()
    {
        var jwt = Jwt($$"""{"exp":{{AnsweredAt.AddHours(10).ToUnixTimeSeconds()}}}""");

        Assert.Equal(TimeSpan.FromHours(1), Read(jwt, 3600).Token!.Lifetime);
    }

    [Fact]
    public void A_token_that_is_already_expired_is_invalid()
    {
        var jwt = Jwt($$"""{"exp":{{AnsweredAt.ToUnixTimeSeconds()}}}""");

        Assert.Equal(RefreshOutcome.InvalidResponse, Read(jwt, 3600).Failure!.Outcome);
    }

    [Fact]
    public void Without_the_servers_clock_the_tokens_expiry_says_nothing()
    {
        var jwt = Jwt($$"""{"exp":{{AnsweredAt.AddMinutes(10).ToUnixTimeSeconds()}}}""");
        var body = Encoding.UTF8.GetBytes($$"""{"access_token":"{{jwt}}","expires_in":3600,"token_type":"Bearer"}""");

        Assert.Equal(TimeSpan.FromHours(1), TokenSuccessReader.Read(body, answeredAt: null, Endpoint).Token!.Lifetime);
    }

    [Theory]
    [InlineData("""{"exp":"tomorrow"}""")]
    [InlineData("""{"exp":-5}""")]
    [InlineData("""{"exp":9e18}""")]
    [InlineData("""{}""")]
    [InlineData("""[1]""")]
    [InlineData("""not json""")]
    public void A_jwt_with_an_odd_expiry_is_taken_by_expires_in_alone(string claims) =>
        Assert.Equal(TimeSpan.FromHours(1), Read(Jwt(claims), 3600).Token!.Lifetime);

    private static string Jwt(string claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";

    private static TokenAnswer Read(string body) => TokenSuccessReader.Read(Encoding.UTF8.GetBytes(body), AnsweredAt, Endpoint);

    private static TokenAnswer Read(string token, int expiresIn) => Read($$"""{"access_token":"{{token}}","expires_in":{{expiresIn}},"token_type":"Bearer"}""");

    private static void AssertInvalid(string body, string named)
    {
        var failure = Read(body).Failure;

        Assert.Equal(RefreshOutcome.InvalidResponse, failure?.Outcome);
        Assert.Contains(named, failure!.Reason, StringComparison.Ordinal);
    }
}
