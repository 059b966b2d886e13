using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class AuthApiTests : SimulatorTest
{
    [Fact]
    public async Task A_token_is_a_jwt_of_about_1_kB_that_expires_after_an_hour()
    {
        var response = await RequestTokenAsync();
        var token = response.GetProperty("access_token").GetString()!;

        Assert.StartsWith("eyJraWQ", token, StringComparison.Ordinal);
        Assert.InRange(token.Length, 800, 1200);
        Assert.Equal(3600, response.GetProperty("expires_in").GetInt32());
        Assert.Equal("Bearer", response.GetProperty("token_type").GetString());

        Assert.Equal(HttpStatusCode.Created, await CallAsync(token));
        Time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(HttpStatusCode.Created, await CallAsync(token));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token));
    }

    [Theory]
    [InlineData("other:sandbox-password", "grant_type=client_credentials", "invalid_client")]
    [InlineData("sandbox-username:other", "grant_type=client_credentials", "invalid_client")]
    [InlineData("production-username:production-password", "grant_type=client_credentials", "invalid_client")]
    [InlineData("sandbox-username:sandbox-password", "grant_type=password", "unsupported_grant_type")]
    [InlineData("sandbox-username:sandbox-password", "", "invalid_request")]
    [InlineData("sandbox-username:sandbox-password", "grant_type=client_credentials&scope=other", "invalid_scope")]
    public async Task An_invalid_token_request_gets_the_error_code_of_the_auth_api(string credentials, string form, string error)
    {
        var response = await PostTokenAsync(credentials, form);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(error, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_sandbox_token_is_rejected_in_production()
    {
        var options = new SimulatorOptions { Url = "http://127.0.0.1:0", Environment = SimulatedEnvironment.Production };
        await using var production = SimulatorApp.Create(options, Time);
        await production.StartAsync();
        var token = (await RequestTokenAsync()).GetProperty("access_token").GetString()!;

        Assert.Equal(HttpStatusCode.Created, await CallAsync(token));
        using var request = CreateRequest(HttpMethod.Post, "/open/v1/payment-requests", token, "production-api-key");
        request.RequestUri = new(new(production.Urls.First()), "/open/v1/payment-requests");
        Assert.Equal(HttpStatusCode.Unauthorized, (await Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("Unavailable", 503, "")]
    [InlineData("Throttled", 429, "TooManyRequestsException")]
    [InlineData("Refusing", 400, "invalid_client")]
    [InlineData("Redirecting", 302, "")]
    [InlineData("EmptyBody", 200, "")]
    [InlineData("Html", 200, "<!doctype html>")]
    [InlineData("HugeBody", 200, "xxxxxxxx")]
    [InlineData("NotBearer", 200, "\"MAC\"")]
    [InlineData("BrokenToken", 200, "x-injected")]
    [InlineData("ZeroLifetime", 200, "\"expires_in\":0")]
    public async Task The_token_endpoint_simulates_a_fault_until_it_is_cleared(string fault, int status, string expected)
    {
        await SetFaultsAsync($$"""{"tokenEndpoint":"{{fault}}"}""");

        var response = await PostTokenAsync();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Http.DeleteAsync("/_simulator/faults");
        Assert.Equal(HttpStatusCode.OK, (await PostTokenAsync()).StatusCode);
    }

    [Fact]
    public async Task The_token_endpoint_can_abort_connections_omit_expires_in_or_shorten_lifetimes()
    {
        await SetFaultsAsync("""{"tokenEndpoint":"Down"}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => PostTokenAsync());

        await SetFaultsAsync("""{"tokenEndpoint":"NoLifetime"}""");
        Assert.False((await RequestTokenAsync()).TryGetProperty("expires_in", out _));

        await SetFaultsAsync("""{"tokenLifetimeSeconds":5}""");
        Assert.Equal(5, (await RequestTokenAsync()).GetProperty("expires_in").GetInt32());
    }
}
