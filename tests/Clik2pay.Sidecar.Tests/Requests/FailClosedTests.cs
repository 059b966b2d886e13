using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Without a valid token no request is forwarded, and the caller gets a problem response.</summary>
public sealed class FailClosedTests
{
    private static readonly RequestDelegate Down = FakeTokenEndpoint.Respond(503, "");

    [Lesson("the request was sent without a token: Duende access-token-management handler")]
    [Fact]
    public async Task A_request_without_a_token_gets_503_and_is_not_forwarded()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = Down);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("token_unavailable", Assert.Single(response.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(503, problem.GetProperty("status").GetInt32());
        Assert.Equal("token_unavailable", problem.GetProperty("code").GetString());
        Assert.Contains(sidecar.TokenEndpoint.Address.AbsoluteUri, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Lesson("a token failure gave the caller an empty 200: Dapr OAuth2 middleware")]
    [Lesson("the proxy's own failure looked like the provider's 401: envoyproxy/envoy#44674")]
    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"access_token":"a\r\nb","token_type":"Bearer"}""")]
    [InlineData(200, """{"access_token":"a","expires_in":0,"token_type":"Bearer"}""")]
    [InlineData(400, """{"error":"invalid_client"}""")]
    [InlineData(401, "")]
    [InlineData(429, "")]
    [InlineData(500, "")]
    public async Task After_a_failure_of_the_token_endpoint_the_caller_gets_the_sidecars_503_and_never_a_2xx_or_401(int status, string body)
    {
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(status, body));

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Lesson("an expired token was injected while the token server was down: envoyproxy/envoy#44674")]
    [Fact]
    public async Task An_expired_token_is_not_sent_and_a_token_is_fetched_when_the_endpoint_recovers()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.WaitForTokenAsync("access_token_1");
        await GetAsync(sidecar, HttpStatusCode.OK);

        // The token endpoint fails. The current token is valid for the rest of the hour.
        sidecar.TokenEndpoint.Fault = Down;
        await AdvanceToAttemptAsync(sidecar, time, TimeSpan.FromMinutes(46));
        await GetAsync(sidecar, HttpStatusCode.OK);
        time.Advance(TimeSpan.FromMinutes(13.9));
        await GetAsync(sidecar, HttpStatusCode.OK);

        // The token has expired.
        time.Advance(TimeSpan.FromMinutes(0.2));
        await GetAsync(sidecar, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(3, sidecar.Upstream.Received.Count);
        Assert.All(sidecar.Upstream.Received, received => Assert.Equal("Bearer access_token_1", received.Headers.Authorization.ToString()));

        // The token endpoint recovers. The first request after the pause starts a refresh.
        sidecar.TokenEndpoint.Fault = null;
        time.Advance(RefreshSchedule.LongestPauseOnDemand);
        await GetAsync(sidecar, HttpStatusCode.OK);
        Assert.NotEqual("Bearer access_token_1", sidecar.Upstream.Received.Last().Headers.Authorization.ToString());
    }

    [Lesson("a bad or empty 200 of the token endpoint was fatal until restart: envoyproxy/envoy#42009")]
    [Fact]
    public async Task An_invalid_response_at_a_refresh_leaves_the_current_token_in_use()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.WaitForTokenAsync("access_token_1");
        await GetAsync(sidecar, HttpStatusCode.OK);

        sidecar.TokenEndpoint.Fault = FakeTokenEndpoint.Respond(200, "");
        await AdvanceToAttemptAsync(sidecar, time, TimeSpan.FromMinutes(46));
        await GetAsync(sidecar, HttpStatusCode.OK);

        sidecar.TokenEndpoint.Fault = null;
        await AdvanceToAttemptAsync(sidecar, time, TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(10));
        await GetAsync(sidecar, HttpStatusCode.OK);
        Assert.Equal("Bearer access_token_3", sidecar.Upstream.Received.Last().Headers.Authorization.ToString());
    }

    [Lesson("a bad or empty 200 of the token endpoint was fatal until restart: envoyproxy/envoy#42009")]
    [Fact]
    public async Task After_an_empty_200_at_startup_the_next_valid_response_is_used()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(
            time: time, arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(200, ""));
        await GetAsync(sidecar, HttpStatusCode.ServiceUnavailable);

        sidecar.TokenEndpoint.Fault = null;
        time.Advance(RefreshSchedule.LongestPauseOnDemand);

        await GetAsync(sidecar, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_request_that_times_out_during_the_wait_for_a_token_gets_503_and_is_not_forwarded()
    {
        var never = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.200")],
            arrange: endpoint => endpoint.Gate = never.Task);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(["token_unavailable"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_HEAD_request_without_a_token_gets_503_without_a_body()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = Down);

        var response = await RawConnection.ExchangeAsync(
            sidecar.Address, "HEAD /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 503", response, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", response, StringComparison.Ordinal);
    }

    private static async Task GetAsync(TestSidecar sidecar, HttpStatusCode expected) =>
        Assert.Equal(expected, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);

    /// <summary>Advances the time and waits until the refresh that becomes due has ended.</summary>
    private static async Task AdvanceToAttemptAsync(TestSidecar sidecar, FakeTimeProvider time, TimeSpan span)
    {
        var refresh = sidecar.NextRefresh;
        time.Advance(span);
        await refresh;
    }
}
