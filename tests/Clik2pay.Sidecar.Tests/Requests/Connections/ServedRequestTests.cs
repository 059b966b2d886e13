using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Valid requests that look invalid.</summary>
public sealed class ServedRequestTests(RawSocketSidecar rig) : IClassFixture<RawSocketSidecar>
{
    private const string Post = $"POST /open/v1/a HTTP/1.1\r\n{Host}";
    private const string H2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";

    public static TheoryData<string> Served { get; } =
    [
        "GET /open/v1/a HTTP/1.1\r\nHost: LOCALHOST:1\r\nSec-Fetch-Site: none\r\n\r\n",
        "GET /open/v1/a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        Get("/open/v1/...;/a..b/.a/%2e%2e%2e"),
        Get("/open/v1/%E9%e0%A4%B9%F0%9F%98%80/%e0/%F0"),
        Get("/open/v1/a%252e%252e%2F%C3%A9?..\\%zz%00"),
        Get(headers: "X-Tab: a\tb\r\nX-Byte: \u00e9\u0080\u00ff\r\nX-Empty:\r\n"),
        Get(headers: H2c),
        "GET /open/v1/a   HTTP/1.1\r\nHost: localhost\r\n\r\n",
        $"{Post}{H2c}Content-Length: 2\r\n\r\n{{}}",
        $"{Post}Transfer-Encoding: Chunked\r\n\r\n2;ext=1;q=\"a\tb\"\r\n{{}}\r\n0\r\nX-Trailer: 1\r\nAuthorization: mine\r\n\r\n",
        $"{Post}Transfer-Encoding: chunked\r\n\r\n00002\r\n{{}}\r\n1\r\na\r\n000\r\n\r\n",
        $"{Post}Content-Length: 002\r\n\r\n{{}}",

        "\r\n\r\nGET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n",

        // Paths that match the same route in every decoding.
        Get("/open/v1/a%2Fb%2fc%252Fd%255Ce"),
        Get("/open/v1/%2Fa//b%2F"),
        Get("/OPEN/V1/a/"),
        Get("/narrow/pr1/"),
        Get("/Narrow/pr1"),
        Get("/narrow/pr1;a=b/refunds"),
        Get("/narrow/pr1%3Ba"),
        Get("/narrow/%C3%A9%20%25%252/refunds"),
        Get("/narrow/a?b=%2F..%2F\\"),
        Get("/files/a%2Fb"),
        Get("/files/secret/%61"),
        Get("/typed/%31%32"),
        Get("/dated/2024-01-01T00%3A00%3A00"),
        Get("/range/1%2D2"),
        Get("/open/v1/a%3Fb%23c"),
    ];

    [Theory]
    [MemberData(nameof(Served))]
    public async Task A_valid_request_is_forwarded_as_written_and_the_connection_stays_open(string request)
    {
        rig.Upstream.Received.Clear();
        await using var connection = await RawConnection.OpenAsync(rig.Sidecar.Address);
        await connection.SendAsync(request);
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);

        await connection.SendAsync(Get("/open/v1/second"));
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);

        Assert.Equal(request.Split(' ')[1], rig.Upstream.Received.First().Target);
        Assert.All(rig.Upstream.Received, received =>
        {
            Assert.Empty(received["Upgrade"]);
            Assert.Empty(received["HTTP2-Settings"]);
            Assert.Empty(received.Trailers);
        });
    }

    [Theory]
    [InlineData("GET", "Content-Length: 0\r\n\r\n", "0", "")]
    [InlineData("GET", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", "")]
    [InlineData("HEAD", "Content-Length: 0\r\n\r\n", "0", "")]
    [InlineData("HEAD", "Transfer-Encoding: chunked\r\n\r\n0;a\r\nX-T: a\r\n\r\n", "", "")]
    [InlineData("DELETE", "\r\n", "", "")]
    [InlineData("DELETE", "Content-Length: 0\r\n\r\n", "0", "")]
    [InlineData("DELETE", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", "")]
    [InlineData("DELETE", "Content-Length: 5\r\n\r\nhello", "5", "close")]
    [InlineData("DELETE", "Connection: connection\r\nContent-Length: 5\r\n\r\nhello", "5", "close")]
    [InlineData("DELETE", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "", "close")]
    public async Task A_body_that_a_server_may_ignore_cannot_become_the_next_request(
        string method, string rest, string length, string connectionHeader)
    {
        rig.Upstream.Received.Clear();
        await using var connection = await RawConnection.OpenAsync(rig.Sidecar.Address);
        await connection.SendAsync($"{method} /open/v1/a HTTP/1.1\r\n{Host}{rest}");
        Assert.Equal(200, (await connection.ReadResponseAsync(hasBody: method != "HEAD")).Status);

        var received = Assert.Single(rig.Upstream.Received);
        Assert.Equal(length, string.Concat(received["Content-Length"]));
        Assert.Equal(connectionHeader, string.Concat(received["Connection"]));
        Assert.Equal(length.Length == 0 && connectionHeader.Length > 0, received.IsChunked);
    }

    /// <summary>The provider does not close the connection, although it was asked to.</summary>
    [Fact]
    public async Task The_provider_connection_of_a_DELETE_with_a_body_is_not_used_again()
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync(upstream);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        string[] requests = [Get(), $"DELETE /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 5\r\n\r\nhello", Get(), Get()];
        var connections = new List<int>();
        foreach (var request in requests)
        {
            await connection.SendAsync(request);
            Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
            connections.Add(upstream.Connections);
        }

        // All requests but the DELETE use the first connection.
        Assert.Equal([1, 2, 2, 2], connections);
    }

    /// <summary>A provider that ignores the body could read it as the next request.</summary>
    [Fact]
    public async Task A_DELETE_with_a_streamed_body_is_forwarded_with_Connection_close()
    {
        rig.Upstream.Received.Clear();
        await using var connection = await RawConnection.OpenAsync(rig.Sidecar.Address);
        await connection.SendAsync($"DELETE /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 70000\r\n\r\n{new string('a', 70_000)}");
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);

        Assert.Equal(["close"], Assert.Single(rig.Upstream.Received)["Connection"]);
    }
}
