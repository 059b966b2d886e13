using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>Both attempts and the wait for another token share one request timeout.</summary>
public sealed class ReplayTimeoutTests
{
    private const string Unauthorized = "clik2pay.sidecar.upstream_unauthorized";

    [Fact]
    public async Task A_replay_has_the_remaining_time_of_the_first_attempt()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:05:00")], time);
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.Upstream.Respond = async context =>
        {
            if (context.Request.Headers.Authorization == "Bearer access_token_2")
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            time.Advance(TimeSpan.FromSeconds(298));
            context.Response.StatusCode = 401;
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(["upstream_timeout"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task A_slow_upload_does_not_shorten_the_time_of_the_replay()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:05:00")], time);
        await sidecar.WaitForTokenAsync("access_token_1");
        var isTokenRejected = true;
        sidecar.Upstream.Respond = async context =>
        {
            // Longer than the minimum time of a replay, which applies if no time remains.
            if (!isTokenRejected)
                await Task.Delay(TimeSpan.FromSeconds(1.5), SystemDefaults.Time);
            context.Response.StatusCode = isTokenRejected ? 401 : 201;
            isTokenRejected = false;
        };

        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync("POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");
        var drain = sidecar.Services.GetRequiredService<Drain>();
        Assert.True(SpinWait.SpinUntil(() => drain.RequestsInProgress > 0, SidecarProcess.LongestWait));
        time.Advance(TimeSpan.FromMinutes(6));
        await connection.SendAsync("}");

        Assert.Equal(201, (await connection.ReadResponseAsync()).Status);
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task A_timeout_during_the_wait_for_another_token_returns_the_providers_401_and_counts_it()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:02")]);
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Gate = gate.Task;
        sidecar.Upstream.Respond = FirstTokenRejected.RespondAsync;

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        gate.SetResult();

        Assert.Equal((HttpStatusCode.Unauthorized, "theirs"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Equal(1, sidecar.Metrics.Sum(Unauthorized, "passed_on"));
        sidecar.Upstream.Single();

        // The refresh continues, and the next request uses its token.
        await sidecar.WaitForTokenAsync("access_token_2");
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task A_401_shortly_before_the_timeout_is_returned_and_its_token_is_replaced()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:01:00")], time);
        await sidecar.WaitForTokenAsync("access_token_1");
        var gate = new TaskCompletionSource();
        sidecar.TokenEndpoint.Gate = gate.Task;
        sidecar.Upstream.Respond = context =>
        {
            time.Advance(TimeSpan.FromSeconds(59.5));
            return FirstTokenRejected.RespondAsync(context);
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        gate.SetResult();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await sidecar.WaitForTokenAsync("access_token_2");
    }
}
