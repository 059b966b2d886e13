using System.Net;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>After a 401 of the provider, a request is sent again once, with the successor of its token.</summary>
public sealed class UnauthorizedTests
{
    private const string Unauthorized = "clik2pay.sidecar.upstream_unauthorized";

    [Fact]
    public async Task A_401_rejects_the_token_and_the_request_succeeds_with_its_successor()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FirstTokenRejected.RespondAsync;

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [FirstTokenRejected.FirstToken, "Bearer access_token_2"],
            sidecar.Upstream.Received.Select(received => received.Headers.Authorization.ToString()));
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
    public async Task The_replay_differs_only_in_the_token(string method, string headers, string body = "", string forwarded = "")
    {
        await using var upstream = new WireUpstream { Respond = FirstTokenRejected.Respond };
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        var response = await ExchangeAsync(sidecar, $"{method} /open/v1/a%2Fb?c HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}");

        Assert.Equal(200, response.Status);
        var (first, second) = (upstream.Received.First(), upstream.Received.Last());
        Assert.Equal(2, upstream.Received.Count);
        Assert.Equal(first.StartLine, second.StartLine);
        Assert.Equal(first.IsChunked, second.IsChunked);
        Assert.Equal(forwarded, first.Text);
        Assert.Equal(forwarded, second.Text);
        Assert.Equal(["Bearer access_token_2"], second["Authorization"]);
        Assert.Equal(WithoutToken(first), WithoutToken(second));
        Assert.Equal(1, sidecar.Metrics.Sum(Unauthorized, "retried"));
    }

    [Fact]
    public async Task After_a_401_that_cannot_be_forwarded_the_caller_gets_the_response_to_the_replay()
    {
        await using var upstream = new WireUpstream
        {
            Respond = request => request["Authorization"] is [FirstTokenRejected.FirstToken]
                ? "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
                : "HTTP/1.1 204 No Content\r\n\r\n",
        };
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(2, upstream.Received.Count);
    }

    [Theory]
    [InlineData(64 * 1024, false, 200)]
    [InlineData(64 * 1024, true, 200)]
    [InlineData(64 * 1024 + 1, false, 401)]
    [InlineData(64 * 1024 + 1, true, 401)]
    [InlineData(5_000_000, false, 401)]
    [InlineData(5_000_000, true, 401)]
    public async Task A_body_of_up_to_64_KiB_is_buffered_and_a_larger_one_is_streamed_once(int size, bool isChunked, int status)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FirstTokenRejected.RespondAsync;
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
    public async Task The_response_to_the_replay_contains_nothing_from_the_401(string replayed, string text)
    {
        string[] rejections =
        [
            "Content-Length: 2\r\n\r\nno", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\nX-Theirs: 401\r\n\r\n",
        ];
        foreach (var rejection in rejections)
        {
            await using var upstream = new WireUpstream
            {
                Respond = request => request["Authorization"] is [FirstTokenRejected.FirstToken]
                    ? $"HTTP/1.1 401 Unauthorized\r\n{rejection}"
                    : replayed,
            };
            await using var sidecar = await TestSidecar.StartAsync(upstream);
            await using var connection = await RawConnection.OpenAsync(sidecar.Address);

            // The first request is sent twice. The second one shows that no bytes are left on the connection.
            for (var i = 0; i < 2; i++)
            {
                await connection.SendAsync("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
                var response = await connection.ReadResponseAsync(hasBody: !replayed.Contains("204", StringComparison.Ordinal));

                Assert.Equal((replayed.Split("\r\n")[0], text), (response.StartLine, response.Text));
                Assert.Equal(replayed.Contains("chunked", StringComparison.Ordinal), response.IsChunked);
                Assert.Empty(response["X-Theirs"]);
            }

            await sidecar.StopAsync(); // A response is counted after it was sent.
            Assert.Equal(3, upstream.Received.Count);
            Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_answers", "2xx"));
        }
    }

    [Fact]
    public async Task A_request_is_sent_again_only_once()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(401, """{"message":"Unauthorized"}""", ("x-amzn-RequestId", "theirs"));

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("""{"message":"Unauthorized"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(["theirs"], response.Headers.GetValues("x-amzn-RequestId"));
        Assert.Equal(2, sidecar.Upstream.Received.Count);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal((1, 1), (sidecar.Metrics.Sum(Unauthorized, "retried"), sidecar.Metrics.Sum(Unauthorized, "passed_on")));

        // For some time no further token is fetched, so a 401 to the successor is returned without a replay.
        await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        Assert.Equal(3, sidecar.Upstream.Received.Count);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    [Fact]
    public async Task Without_another_token_the_providers_401_is_returned()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Fault = FakeTokenEndpoint.Respond(503, "");
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(401, "theirs");

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("theirs", await response.Content.ReadAsStringAsync());
        sidecar.Upstream.Single();
    }

    [Lesson("a wave of 401s invalidated again and again: apache/gravitino PR 12531")]
    [Fact]
    public async Task Concurrent_401s_to_one_token_cause_one_token_call()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(401, "");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => sidecar.Caller.GetAsync("/open/v1/a")));

        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.All(sidecar.Upstream.Received, received =>
            Assert.StartsWith("Bearer access_token_", received.Headers.Authorization.ToString(), StringComparison.Ordinal));
    }

    private static IEnumerable<(string, string)> WithoutToken(WireMessage request) =>
        request.Headers.Where(header => header.Name != "Authorization").Order();

    private static async Task<WireMessage> ExchangeAsync(TestSidecar sidecar, string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        return await connection.ReadResponseAsync();
    }
}
