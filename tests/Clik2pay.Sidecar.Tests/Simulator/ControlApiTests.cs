using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class ControlApiTests : SimulatorTest
{
    [Fact]
    public async Task A_delay_applies_to_both_apis()
    {
        // The token must not expire while the loop below advances the time.
        await SetFaultsAsync("""{"tokenLifetimeSeconds":2592000}""");
        var token = await GetTokenAsync();
        await SetFaultsAsync("""{"tokenEndpointDelayMs":1000,"apiDelayMs":1000}""");

        var before = Time.GetUtcNow();
        var slowToken = PostTokenAsync();
        var slowCall = CallAsync(token);
        while (!slowToken.IsCompleted || !slowCall.IsCompleted)
        {
            var isDelayOver = Time.GetUtcNow() - before >= TimeSpan.FromSeconds(1);
            Assert.False((slowToken.IsCompleted || slowCall.IsCompleted) && !isDelayOver, "The response came before the delay was over.");
            Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(1), SystemDefaults.Time);
        }

        Assert.Equal(HttpStatusCode.OK, (await slowToken).StatusCode);
        Assert.Equal(HttpStatusCode.Created, await slowCall);
    }

    [Fact]
    public async Task A_revoked_token_is_rejected()
    {
        var token = await GetTokenAsync();

        await Http.PostAsync("/_simulator/revoke-tokens", null);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token));
    }

    [Theory]
    [InlineData("""{"tokenEndpoint":"Dwn"}""")]
    [InlineData("""{"tokenEndpont":"Down"}""")]
    [InlineData("""{"apiDelayMs":-1}""")]
    [InlineData("""{"tokenEndpoint":99}""")]
    [InlineData("""{"api":-3}""")]
    [InlineData("nonsense")]
    [InlineData("null")]
    public async Task Invalid_faults_get_400_and_change_nothing(string body)
    {
        await SetFaultsAsync("""{"apiDelayMs":1}""");

        var response = await Http.PutAsync("/_simulator/faults", new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var faults = await Http.GetFromJsonAsync<JsonElement>("/_simulator/faults");
        Assert.Equal(1, faults.GetProperty("apiDelayMs").GetInt32());
    }

    [Fact]
    public async Task Requests_and_their_outcomes_are_counted()
    {
        var token = await GetTokenAsync();
        await PostTokenAsync("other:other");
        await CallAsync(token);
        await CallAsync("none");

        var counters = await GetCountersAsync();
        Assert.Equal(
            (2, 1, 1, 2, 1),
            (Count("tokenRequests"), Count("tokensIssued"), Count("tokenRequestsRefused"), Count("apiRequests"), Count("apiUnauthorized")));

        int Count(string name) => counters.GetProperty(name).GetInt32();
    }
}
