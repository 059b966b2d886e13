using System.Globalization;
using System.Net;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Tokens.Endpoint;

/// <summary>Date and Age of token responses, from caches and from servers with a wrong clock.</summary>
public sealed class ResponseTimesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private FakeTokenEndpoint endpoint = null!;

    public async ValueTask InitializeAsync() => endpoint = await FakeTokenEndpoint.StartAsync();

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Theory]
    [InlineData(0, "", 0)]
    [InlineData(-1800, "1800", 0)]
    [InlineData(-1800, "1700", -100)]
    [InlineData(300, "", 300)]
    [InlineData(-300, "", -300)]
    public void The_servers_time_is_Date_plus_Age(int date, string age, int serverTime) =>
        Assert.Equal(Now.AddSeconds(serverTime), GetServerTime(Now.AddSeconds(date), age));

    [Theory]
    [InlineData(301, "")]
    [InlineData(-301, "")]
    [InlineData(0, "1800")]
    [InlineData(-1800, "")]
    [InlineData(86400, "")]
    public void A_server_time_that_differs_from_the_local_clock_by_more_than_5_minutes_is_ignored(int date, string age) =>
        Assert.Null(GetServerTime(Now.AddSeconds(date), age));

    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void The_first_and_the_last_date_do_not_overflow(string date) =>
        Assert.Null(GetServerTime(DateTimeOffset.Parse(date, CultureInfo.InvariantCulture), "2147483647"));

    [Fact]
    public void Without_Date_the_servers_time_is_unknown() => Assert.Null(GetServerTime(date: null, "10"));

    [Fact]
    public async Task The_lifetime_of_a_token_in_a_cached_response_is_expires_in_minus_Age() =>
        Assert.Equal(TimeSpan.FromSeconds(3000), await GetLifetimeAsync("token", Now.AddSeconds(-600), "600"));

    [Fact]
    public async Task Age_shortens_the_lifetime_even_if_Date_is_far_off() =>
        Assert.Equal(TimeSpan.FromSeconds(3000), await GetLifetimeAsync("token", Now.AddDays(-9), "600"));

    [Theory]
    [InlineData("-5")]
    [InlineData("soon")]
    public async Task An_invalid_Age_is_ignored(string age) =>
        Assert.Equal(TimeSpan.FromHours(1), await GetLifetimeAsync("token", Now, age));

    [Fact]
    public async Task The_expiry_in_a_cached_token_is_compared_with_Date_plus_Age()
    {
        var jwt = TestJwt.ExpiringAt(Now.AddMinutes(10));

        Assert.Equal(TimeSpan.FromMinutes(10), await GetLifetimeAsync(jwt, Now.AddSeconds(-600), "600"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task If_Date_is_an_hour_off_the_expiry_in_the_token_is_ignored(int hours)
    {
        var jwt = TestJwt.ExpiringAt(Now.AddMinutes(10));

        Assert.Equal(TimeSpan.FromHours(1), await GetLifetimeAsync(jwt, Now.AddHours(hours), ""));
    }

    [Fact]
    public async Task A_Retry_After_date_of_a_cached_response_is_shortened_by_Age()
    {
        endpoint.Fault = FakeTokenEndpoint.Respond(
            503, "", ("Date", $"{Now:R}"), ("Age", "10"), ("Retry-After", $"{Now.AddSeconds(30):R}"));

        Assert.Equal(TimeSpan.FromSeconds(20), (await CallAsync()).Failure?.Pause);
    }

    private static DateTimeOffset? GetServerTime(DateTimeOffset? date, string age)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        response.Headers.Date = date;
        if (age.Length > 0)
            response.Headers.Add("Age", age);
        return ResponseTimes.GetServerTime(response, Now);
    }

    private async Task<TimeSpan?> GetLifetimeAsync(string token, DateTimeOffset date, string age)
    {
        endpoint.Fault = FakeTokenEndpoint.Respond(
            200,
            $$"""{"access_token":"{{token}}","expires_in":3600,"token_type":"Bearer"}""",
            [("Date", $"{date:R}"), .. age.Length > 0 ? [("Age", age)] : Array.Empty<(string, string)>()]);
        return (await CallAsync()).Lifetime;
    }

    private Task<TokenEndpointResult> CallAsync() => TokenEndpointCall.RunAsync(endpoint.Address, new FakeTimeProvider(Now));
}
