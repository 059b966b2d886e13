using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The limits for connections and body size.</summary>
public sealed class LimitTests : IAsyncDisposable
{
    private const string Head = "POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\n";
    private const string Rejected = "clik2pay.sidecar.requests_rejected";

    private readonly WireUpstream upstream = new();

    public ValueTask DisposeAsync() => upstream.DisposeAsync();

    [Theory]
    [InlineData(1000, "Content-Length: 1001\r\n\r\n", 0)]
    [InlineData(1000, "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n", 0)]
    [InlineData(1000, "Transfer-Encoding: chunked\r\n\r\n", 1001)]
    [InlineData(100_000, "Content-Length: 100001\r\n\r\n", 0)]
    public async Task A_body_over_the_limit_gets_413_and_no_byte_is_forwarded(int limit, string headers, int chunk)
    {
        await using var sidecar = await StartAsync("MaxRequestBodyBytes", limit);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync(Head + headers + Chunk(chunk));
        await connection.AssertRefusedAsync(413);

        Assert.Equal(1, sidecar.Metrics.Sum(Rejected, "body_too_large"));
        Assert.Equal(0, upstream.BytesSeen);
    }

    [Fact]
    public async Task A_chunked_body_that_exceeds_the_limit_gets_413_and_its_request_is_not_completed()
    {
        await using var sidecar = await StartAsync("MaxRequestBodyBytes", 100_000);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync($"{Head}Transfer-Encoding: chunked\r\n\r\n{Chunk(90_000)}{Chunk(10_001)}");
        await connection.AssertRefusedAsync(413);

        Assert.Equal(1, sidecar.Metrics.Sum(Rejected, "body_too_large"));
        Assert.Empty(upstream.Received);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task A_body_at_the_limit_is_served(int limit)
    {
        await using var sidecar = await StartAsync("MaxRequestBodyBytes", limit);

        using var content = new ByteArrayContent(new byte[limit]);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.PostAsync("/open/v1/a", content)).StatusCode);

        Assert.Equal(limit, Assert.Single(upstream.Received).Body.Length);
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_closed_and_other_connections_and_administration_are_served()
    {
        const string request = "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
        await using var sidecar = await StartAsync("MaxConnections", 2);
        await using var first = await RawConnection.OpenAsync(sidecar.Address);
        await using var second = await RawConnection.OpenAsync(sidecar.Address);
        foreach (var connection in new[] { first, second })
        {
            await connection.SendAsync(request);
            Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        }

        await using (var third = await RawConnection.OpenAsync(sidecar.Address))
            Assert.Equal("", await third.ReadToEndAsync());

        var metrics = await Scrape.ReadAsync(sidecar);
        Assert.Equal((2, 2), (Scrape.Value(metrics, "connections{}"), Scrape.Value(metrics, "max_connections{}")));

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);
        await first.SendAsync(request);
        Assert.Equal(200, (await first.ReadResponseAsync()).Status);

        // After a connection has ended, another one is accepted.
        await second.DisposeAsync();
        while (true)
        {
            await using var next = await RawConnection.OpenAsync(sidecar.Address);
            if (await IsServedAsync(next, request))
                break;
        }
    }

    private static async Task<bool> IsServedAsync(RawConnection connection, string request)
    {
        try
        {
            await connection.SendAsync(request);
            return await connection.ReadSomeAsync() is { Length: > 0 };
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Chunk(int length) => length == 0 ? "" : $"{length:x}\r\n{new string('a', length)}\r\n";

    private Task<TestSidecar> StartAsync(string name, int value) => TestSidecar.StartAsync(upstream, ($"Sidecar:{name}", $"{value}"));
}
