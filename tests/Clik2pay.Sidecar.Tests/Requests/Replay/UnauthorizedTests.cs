using System.Net;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>What a 401 of the provider brings about: one replay with the token's successor, and nothing else does.</summary>
public sealed class UnauthorizedTests
{
    private const string Unauthorized = "clik2pay.sidecar.upstream_unauthorized";

    [Fact]
    public async Task A_401_drops_the_token_that_was_sent_and_the_request_succeeds_with_its_successor()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = RefuseFirstToken;

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["Bearer access_token_1", "Bearer access_token_2"], sidecar.Upstream.Received.Select(received => received.Headers.Authorization.ToString()));
        Assert.All(sidecar.Upstream.Received, received => Assert.Equal("{}", Encoding.UTF8.GetString(received.Body)));
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "Content-Length: 0\r\n")]
    [InlineData("GET", "Content-Type: text/plain\r\n")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n", "2\r\n{}\r\n1\r\n \r\n0\r\n\r\n", "{} ")]
    [InlineData("PUT", "Content-Length: 3\r\nContent-Type: application/json\r\nX-Multi: a\r\nX-Multi: b\r\n", "{} ", "{} ")]
    public async Task The_replay_is_the_same_request_but_for_the_token(string method, string headers, string body = "", string arrives = "")
    {
        await using var upstream = new WireUpstream { Answer = RefuseFirst };
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        var answer = await AskAsync(sidecar, $"{method} /open/v1/a%2Fb?c HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}");

        Assert.Equal(200, answer.Status);
        var (first, second) = (upstream.Received.First(), upstream.Received.Last());
        Assert.Equal(2, upstream.Received.Count);
        Assert.Equal(first.StartLine, second.StartLine);
        Assert.Equal(first.IsChunked, second.IsChunked);
        Assert.Equal(arrives, first.Text);
        Assert.Equal(arrives, second.Text);
        Assert.Equal(["Bearer access_token_2"], second["Authorization"]);
        Assert.Equal(WithoutToken(first), WithoutToken(second));
        Assert.Equal(1, sidecar.Metrics.Sum(Unauthorized, "retried"));
    }

    [Theory]
    [InlineData(64 * 1024, false, 200)]
    [InlineData(64 * 1024, true, 200)]
    [InlineData(64 * 1024 + 1, false, 401)]
    [InlineData(64 * 1024 + 1, true, 401)]
    [InlineData(5_000_000, false, 401)]
    [InlineData(5_000_000, true, 401)]
    public async Task A_body_of_up_to_64_KiB_is_kept_and_a_larger_one_is_streamed_once(int size, bool isChunked, int status)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = RefuseFirstToken;
        var body = new byte[size];
        new Random(size).NextBytes(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/payment-requests") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = isChunked;

        var first = await sidecar.Caller.SendAsync(request);
        var second = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new ByteArrayContent(body));

        Assert.Equal(status, (int)first.StatusCode);
        Assert.False(first.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(status == 200 ? 3 : 2, sidecar.Upstream.Received.Count);
        Assert.All(sidecar.Upstream.Received, received => Assert.Equal(body, received.Body));
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal(1, sidecar.Metrics.Sum(Unauthorized, status == 200 ? "retried" : "passed_on"));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok")]
    [InlineData("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n", "ok")]
    public async Task Nothing_of_the_401_is_in_the_answer_however_each_of_them_was_written(string replayed, string text)
    {
        string[] refusals = ["Content-Length: 2\r\n\r\nno", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\nX-Theirs: 401\r\n\r\n"];
        foreach (var refusal in refusals)
        {
            await using var upstream = new WireUpstream { Answer = request => request["Authorization"] is ["Bearer access_token_1"] ? $"HTTP/1.1 401 Unauthorized\r\n{refusal}" : replayed };
            await using var sidecar = await TestSidecar.StartAsync(upstream);
            await using var connection = await RawConnection.OpenAsync(sidecar.Address);

            // The first is sent twice, the second shows whether the connection is still in step.
            for (var i = 0; i < 2; i++)
            {
                await connection.SendAsync("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
                var answer = await connection.ReadResponseAsync(hasBody: !replayed.Contains("204", StringComparison.Ordinal));

                Assert.Equal((replayed.Split("\r\n")[0], text), (answer.StartLine, answer.Text));
                Assert.Equal(replayed.Contains("chunked", StringComparison.Ordinal), answer.IsChunked);
                Assert.Empty(answer["X-Theirs"]);
            }

            await sidecar.StopAsync(); // an answer is counted when it has been sent
            Assert.Equal(3, upstream.Received.Count);
            Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_answers", "2xx"));
        }
    }

    [Fact]
    public async Task It_is_sent_again_once_and_no_more()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(401, """{"message":"Unauthorized"}""", ("x-amzn-RequestId", "theirs"));

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("""{"message":"Unauthorized"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(["theirs"], answer.Headers.GetValues("x-amzn-RequestId"));
        Assert.Equal(2, sidecar.Upstream.Received.Count);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal((1, 1), (sidecar.Metrics.Sum(Unauthorized, "retried"), sidecar.Metrics.Sum(Unauthorized, "passed_on")));

        // The successor is as good as it gets for the floor's time: its 401s are passed on without a second try.
        await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        Assert.Equal(3, sidecar.Upstream.Received.Count);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

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
    public async Task No_other_status_sends_anything_again_or_touches_the_token(int status)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(status, "theirs", ("WWW-Authenticate", "Bearer error=\"invalid_token\""), ("Retry-After", "0"));

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(status, (int)answer.StatusCode);
        sidecar.Upstream.Single();
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
    }

    [Fact]
    public async Task A_request_that_timed_out_is_not_sent_again()
    {
        await using var sidecar = await TestSidecar.StartAsync([("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.5")]);
        sidecar.Upstream.Respond = context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        sidecar.Upstream.Single();
    }

    [Fact]
    public async Task A_replay_whose_connection_breaks_is_answered_502_and_not_sent_a_third_time()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = context =>
        {
            if (context.Request.Headers.Authorization != "Bearer access_token_1")
                context.Abort();
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("may have processed the request", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task A_replay_has_what_the_first_attempt_left_of_the_time_for_the_request()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync([("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:05:00")], time);
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.Upstream.Respond = async context =>
        {
            if (context.Request.Headers.Authorization == "Bearer access_token_2")
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            time.Advance(TimeSpan.FromSeconds(298));
            context.Response.StatusCode = 401;
        };

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal((HttpStatusCode.GatewayTimeout, "upstream_timeout"), (answer.StatusCode, Assert.Single(answer.Headers.GetValues("Clik2pay-Sidecar-Error"))));
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task The_time_of_a_slow_upload_is_not_taken_from_the_replay()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:05:00")], time);
        await sidecar.WaitForTokenAsync("access_token_1");
        var isTokenRefused = true;
        sidecar.Upstream.Respond = async context =>
        {
            // Longer than a replay gets whose request has no time left.
            if (!isTokenRefused)
                await Task.Delay(TimeSpan.FromSeconds(1.5), SystemDefaults.Time);
            context.Response.StatusCode = isTokenRefused ? 401 : 201;
            isTokenRefused = false;
        };

        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync("POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");
        Assert.True(SpinWait.SpinUntil(() => sidecar.Services.GetRequiredService<Drain>().UnderWay > 0, SidecarProcess.LongestWait));
        time.Advance(TimeSpan.FromMinutes(6));
        await connection.SendAsync("}");

        Assert.Equal(201, (await connection.ReadResponseAsync()).Status);
        Assert.Equal(2, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task Without_a_successor_the_caller_gets_the_providers_own_401()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Fault = FakeTokenEndpoint.Answer(503, "");
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(401, "theirs");

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("theirs", await answer.Content.ReadAsStringAsync());
        sidecar.Upstream.Single();
    }

    [Fact]
    public async Task When_the_time_ends_during_the_wait_for_the_successor_the_caller_gets_the_providers_401_and_it_is_counted()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:02")]);
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Gate = gate.Task;
        sidecar.Upstream.Respond = RefuseFirstToken;

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        gate.SetResult();

        Assert.Equal((HttpStatusCode.Unauthorized, "theirs"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.False(answer.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Equal(1, sidecar.Metrics.Sum(Unauthorized, "passed_on"));
        sidecar.Upstream.Single();

        // The refresh that was waited for serves the next request.
        await sidecar.WaitForTokenAsync("access_token_2");
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task A_401_that_leaves_no_time_to_wait_is_passed_on_and_its_token_is_replaced()
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
            return RefuseFirstToken(context);
        };

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        gate.SetResult();

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await sidecar.WaitForTokenAsync("access_token_2");
    }

    [Lesson("a wave of 401s invalidated again and again: apache/gravitino PR 12531")]
    [Fact]
    public async Task A_wave_of_401s_to_one_token_costs_one_token_call()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(401, "");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => sidecar.Caller.GetAsync("/open/v1/a")));

        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.All(sidecar.Upstream.Received, received => Assert.StartsWith("Bearer access_token_", received.Headers.Authorization.ToString(), StringComparison.Ordinal));
    }

    private static IEnumerable<(string, string)> WithoutToken(WireMessage request) => request.Headers.Where(header => header.Name != "Authorization").Order();

    private static async Task<WireMessage> AskAsync(TestSidecar sidecar, string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        return await connection.ReadResponseAsync();
    }

    private static string RefuseFirst(WireMessage request) =>
        request["Authorization"] is ["Bearer access_token_1"] ? "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno" : WireUpstream.Ok;

    private static Task RefuseFirstToken(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 200;
        return context.Response.WriteAsync("theirs");
    }
}
