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

/// <summary>Without a valid token nothing leaves, and the answer is ours and says so.</summary>
public sealed class FailClosedTests
{
    private static readonly RequestDelegate Down = FakeTokenEndpoint.Answer(503, "");

    [Lesson("the request was sent without a token: Duende access-token-management handler")]
    [Fact]
    public async Task Without_a_token_the_answer_is_503_and_upstream_sees_nothing()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = Down);

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("token_unavailable", Assert.Single(answer.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
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
    public async Task No_failure_of_the_token_endpoint_becomes_a_2xx_or_a_401_of_ours(int status, string body)
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(status, body));

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Lesson("an expired token was injected while the token server was down: envoyproxy/envoy#44674")]
    [Fact]
    public async Task An_expired_token_is_never_sent_and_the_return_of_the_endpoint_is_seen()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await GetAsync(sidecar, HttpStatusCode.OK);

        // The endpoint goes away. For the rest of the hour nobody notices.
        sidecar.TokenEndpoint.Fault = Down;
        await AdvanceToAttemptAsync(sidecar, time, TimeSpan.FromMinutes(46));
        await GetAsync(sidecar, HttpStatusCode.OK);
        time.Advance(TimeSpan.FromMinutes(13.9));
        await GetAsync(sidecar, HttpStatusCode.OK);

        // The hour is over.
        time.Advance(TimeSpan.FromMinutes(0.2));
        await GetAsync(sidecar, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(3, sidecar.Upstream.Received.Count);
        Assert.All(sidecar.Upstream.Received, received => Assert.Equal("Bearer access_token_1", received.Headers.Authorization.ToString()));

        // It returns; the first request after the pause brings the new token about.
        sidecar.TokenEndpoint.Fault = null;
        time.Advance(RefreshSchedule.LongestPauseOnDemand);
        await GetAsync(sidecar, HttpStatusCode.OK);
        Assert.NotEqual("Bearer access_token_1", sidecar.Upstream.Received.Last().Headers.Authorization.ToString());
    }

    [Lesson("a bad or empty 200 of the token endpoint was fatal until restart: envoyproxy/envoy#42009")]
    [Fact]
    public async Task A_bad_answer_at_the_refresh_leaves_the_held_token_in_use()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await GetAsync(sidecar, HttpStatusCode.OK);

        sidecar.TokenEndpoint.Fault = FakeTokenEndpoint.Answer(200, "");
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
    public async Task An_empty_200_at_the_start_is_over_when_a_good_answer_comes()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time, arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(200, ""));
        await GetAsync(sidecar, HttpStatusCode.ServiceUnavailable);

        sidecar.TokenEndpoint.Fault = null;
        time.Advance(RefreshSchedule.LongestPauseOnDemand);

        await GetAsync(sidecar, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_time_limit_shorter_than_the_wait_for_a_token_says_that_nothing_was_sent()
    {
        var never = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.200")], arrange: endpoint => endpoint.Gate = never.Task);

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(["token_unavailable"], answer.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_head_request_gets_the_503_without_a_body()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = Down);

        var answer = await RawConnection.AskAsync(sidecar.Address, "HEAD /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    private static async Task GetAsync(TestSidecar sidecar, HttpStatusCode expected) =>
        Assert.Equal(expected, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);

    /// <summary>Lets time go by and waits until the refresh that this makes due has ended.</summary>
    private static async Task AdvanceToAttemptAsync(TestSidecar sidecar, FakeTimeProvider time, TimeSpan span)
    {
        var refresh = sidecar.NextRefresh;
        time.Advance(span);
        await refresh;
    }
}
