using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>Only a 401 leads to a replay, and a replay is not followed by another.</summary>
public sealed class NoReplayTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(407)]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(421)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(511)]
    public async Task A_status_other_than_401_neither_leads_to_a_replay_nor_rejects_the_token(int status)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(
            status, "theirs", ("WWW-Authenticate", "Bearer error=\"invalid_token\""), ("Retry-After", "0"));

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(status, (int)response.StatusCode);
        sidecar.Upstream.Single();
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
    }

    [Fact]
    public async Task A_request_that_timed_out_is_not_sent_again()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.5")]);
        sidecar.Upstream.Respond = context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        sidecar.Upstream.Single();
    }

    [Fact]
    public async Task A_replay_whose_connection_closes_gets_502_and_is_not_sent_a_third_time()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = context =>
        {
            if (context.Request.Headers.Authorization != "Bearer access_token_1")
                context.Abort();
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("may have processed the request", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }
}
