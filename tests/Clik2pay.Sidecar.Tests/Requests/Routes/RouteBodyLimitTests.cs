using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Routes;

public sealed class RouteBodyLimitTests : IAsyncDisposable
{
    private const string Head = "POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\n";

    private readonly WireUpstream upstream = new();

    public ValueTask DisposeAsync() => upstream.DisposeAsync();

    [Theory]
    [InlineData(0, "Content-Length: 1\r\n\r\n", 0)]
    [InlineData(1000, "Content-Length: 1001\r\n\r\n", 0)]
    [InlineData(1000, "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n", 0)]
    [InlineData(1000, "Transfer-Encoding: chunked\r\n\r\n", 1001)]
    [InlineData(100_000, "Content-Length: 100001\r\n\r\n", 0)]
    public async Task A_body_over_the_limit_of_its_route_gets_413_and_no_byte_is_forwarded(int limit, string headers, int chunk)
    {
        await using var sidecar = await StartAsync(limit);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync(Head + headers + Chunk(chunk));
        var response = await connection.ReadResponseAsync();

        AssertRefused(response);
        Assert.Contains("\"sent\":\"no\"", response.Text, StringComparison.Ordinal);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "body_too_large"));
        Assert.Equal(0, upstream.BytesSeen);
    }

    [Fact]
    public async Task A_chunked_body_that_exceeds_the_limit_of_its_route_gets_413_and_its_request_is_not_completed()
    {
        await using var sidecar = await StartAsync(100_000);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync($"{Head}Transfer-Encoding: chunked\r\n\r\n{Chunk(90_000)}{Chunk(10_001)}");

        AssertRefused(await connection.ReadResponseAsync());
        Assert.Empty(upstream.Received);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_body_at_the_limit_of_its_route_is_forwarded(int limit)
    {
        await using var sidecar = await StartAsync(limit);

        using var content = new ByteArrayContent(new byte[limit]);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.PostAsync("/open/v1/a", content)).StatusCode);

        Assert.Equal(limit, Assert.Single(upstream.Received).Body.Length);
    }

    [Fact]
    public async Task The_limit_of_one_route_does_not_apply_to_the_next_request_on_the_connection()
    {
        await using var sidecar = await StartAsync(
            10, ("ReverseProxy:Routes:b:ClusterId", "clik2pay"), ("ReverseProxy:Routes:b:Match:Path", "/b"));
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync($"{Head}Content-Length: 10\r\n\r\n{new string('a', 10)}");
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        await connection.SendAsync($"POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{new string('b', 1000)}");
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
    }

    private static void AssertRefused(WireMessage response)
    {
        Assert.Equal(413, response.Status);
        Assert.Contains("MaxRequestBodySize", response.Text, StringComparison.Ordinal);
    }

    private static string Chunk(int length) => length == 0 ? "" : $"{length:x}\r\n{new string('a', length)}\r\n";

    private Task<TestSidecar> StartAsync(int limit, params (string, string?)[] settings) =>
        TestSidecar.StartAsync(upstream, [("ReverseProxy:Routes:api:MaxRequestBodySize", $"{limit}"), .. settings]);
}
