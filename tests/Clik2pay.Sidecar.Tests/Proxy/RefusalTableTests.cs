using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Proxy;

/// <summary>What an attacker writes to the port, a row each. Upstream counts bytes: of what is refused it sees none.</summary>
public sealed class RefusalTableTests : IAsyncLifetime
{
    private const string Host = "Host: localhost\r\n";
    private const string Rejected = "clik2pay.sidecar.requests_rejected";

    private readonly WireUpstream upstream = new();
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync(upstream);

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await upstream.DisposeAsync();
    }

    /// <summary>Request → status, code, reason that is counted.</summary>
    public static TheoryData<string, int, string, string> Refused { get; } = new()
    {
        // Methods: an upstream that echoes a TRACE hands the token to the caller.
        { Get(method: "TRACE"), 405, "bad_request", "method" },
        { Get(method: "trace"), 405, "bad_request", "method" },
        { Get(method: "TrAcE"), 405, "bad_request", "method" },
        { Get(method: "TRACK"), 405, "bad_request", "method" },
        { Get(method: "OPTIONS"), 405, "bad_request", "method" },
        { Get(method: "PROPFIND"), 405, "bad_request", "method" },
        { Get(method: "get"), 405, "bad_request", "method" },
        { $"OPTIONS * HTTP/1.1\r\n{Host}\r\n", 405, "bad_request", "method" },
        { "CONNECT api.clik2pay.com:443 HTTP/1.1\r\nHost: api.clik2pay.com:443\r\n\r\n", 405, "bad_request", "method" },
        { $"CONNECT localhost:8080 HTTP/1.1\r\n{Host[..^2]}:8080\r\n\r\n", 405, "bad_request", "method" },
        { Get(method: "PRI"), 405, "bad_request", "method" },

        // A web page in a browser.
        { Get(headers: "Origin: https://attacker.example\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "Origin: null\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "Origin:\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "origin: http://localhost\r\n"), 403, "caller_refused", "cross_site" },
        { Get(method: "OPTIONS", headers: "Origin: https://attacker.example\r\nAccess-Control-Request-Method: POST\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "Sec-Fetch-Site: cross-site\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "Sec-Fetch-Site: same-origin\r\n"), 403, "caller_refused", "cross_site" },
        { Get(headers: "sec-fetch-site: none\r\nSec-Fetch-Site: same-site\r\n"), 403, "caller_refused", "cross_site" },

        // DNS rebinding.
        { "GET /open/v1/a HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 403, "caller_refused", "host" },
        { "GET /open/v1/a HTTP/1.1\r\nHost: localhost.attacker.example\r\n\r\n", 403, "caller_refused", "host" },
        { "GET /open/v1/a HTTP/1.1\r\nHost: localhost.\r\n\r\n", 403, "caller_refused", "host" },
        { "GET /open/v1/a HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n", 403, "caller_refused", "host" },
        { "GET /open/v1/a HTTP/1.1\r\nHost:\r\n\r\n", 403, "caller_refused", "host" },
        { "GET /open/v1/a HTTP/1.0\r\n\r\n", 403, "caller_refused", "host" },
        { $"GET http://attacker.example/open/v1/a HTTP/1.1\r\n{Host}\r\n", 403, "caller_refused", "host" },
        { "GET http://attacker.example/open/v1/a HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 403, "caller_refused", "host" },
        { "GET http://localhost@attacker.example/open/v1/a HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 403, "caller_refused", "host" },
        { $"GET http://localhost/open/v1/a HTTP/1.1\r\n{Host}\r\n", 400, "bad_request", "target" },

        { $"GET * HTTP/1.1\r\n{Host}\r\n", 400, "bad_request", "target" },
        { $"GET localhost:8080 HTTP/1.1\r\n{Host}\r\n", 400, "bad_request", "target" },

        // Targets that two servers understand differently.
        { Get("/open/v1/../admin"), 400, "bad_request", "target" },
        { Get("/open/v1/./a"), 400, "bad_request", "target" },
        { Get("/open/v1/a/.."), 400, "bad_request", "target" },
        { Get("/open/v1/%2e%2e/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/.%2E/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/%2e"), 400, "bad_request", "target" },
        { Get("/open/v1/..%2fadmin"), 400, "bad_request", "target" },
        { Get("/open/v1/%2e%2e%2Fadmin"), 400, "bad_request", "target" },
        { Get("/open/v1/..;/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/..;x=1/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/..%3bx/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/..\\admin"), 400, "bad_request", "target" },
        { Get("/open/v1/..%5cadmin"), 400, "bad_request", "target" },
        { Get("/open/v1/a%5Cb"), 400, "bad_request", "target" },
        { Get("/open/v1/a%0d%0ax-injected:1"), 400, "bad_request", "target" },
        { Get("/open/v1/a%7f"), 400, "bad_request", "target" },
        { Get("/open/v1/%zz"), 400, "bad_request", "target" },
        { Get("/open/v1/%"), 400, "bad_request", "target" },
        { Get("/open/v1/%2"), 400, "bad_request", "target" },
        { Get("/open/v1/%+2"), 400, "bad_request", "target" },
        { Get("/open/v1/%c0%ae%c0%ae/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/%e0%80%ae%E0%80%AE/admin"), 400, "bad_request", "target" },
        { Get("/open/v1/%f0%80%80%ae./admin"), 400, "bad_request", "target" },
        { Get("/open/v1/a#b"), 400, "bad_request", "target" },
        { Get("/open/v1/a?b#c"), 400, "bad_request", "target" },
        { Get("/open/v1/a%00b"), 400, "bad_request", "malformed" },
        { Get("/open/v1/a\u0001b"), 400, "bad_request", "target" },
        { Get("/open/v1/\u00e9"), 400, "bad_request", "malformed" },
        { Get("open/v1/a"), 400, "bad_request", "malformed" },

        // Tunnels.
        { Get(headers: "Connection: upgrade\r\nUpgrade: websocket\r\n"), 400, "bad_request", "upgrade" },
        { Get(headers: "Upgrade: websocket\r\n"), 400, "bad_request", "upgrade" },
        { Get(headers: "Connection: upgrade\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABk\r\n"), 400, "bad_request", "upgrade" },
        { Get(headers: "Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n"), 400, "bad_request", "upgrade" },
        { Get(headers: "Connection: upgrade\r\nUpgrade: TLS/1.0\r\n"), 400, "bad_request", "upgrade" },

        // Where does the body end?
        { Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, "bad_request", "framing" },
        { Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400, "bad_request", "framing" },
        { Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501, "bad_request", "framing" },
        { Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 501, "bad_request", "framing" },
        { Post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501, "bad_request", "framing" },
        { Post("Transfer-Encoding: identity\r\n", "ab"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400, "bad_request", "malformed" },
        { Post("Transfer_Encoding: chunked\r\nContent-Length: 2\r\n", "{}"), 400, "bad_request", "framing" },
        { Post("Content_Length: 2\r\nContent-Length: 2\r\n", "{}"), 400, "bad_request", "framing" },
        { $"POST /open/v1/a HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request", "framing" },
        { Post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Content-Length: 2, 2\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Content-Length: +2\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Content-Length: -0\r\n", ""), 400, "bad_request", "malformed" },
        { Post("Content-Length: 0x2\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Content-Length: 00000000000000000000002\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Content-Length : 2\r\n", "{}"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: chunked\r\n", "2\r\n{}XX0\r\n\r\n"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n"), 400, "bad_request", "malformed" },
        { Post("Transfer-Encoding: chunked\r\n", "2\n{}\n0\n\n"), 400, "bad_request", "malformed" },
        { Post("Content-Length: 30000001\r\n", ""), 413, "bad_request", "body_too_large" },
        { Post("Content-Length: 9223372036854775807\r\nExpect: 100-continue\r\n", ""), 413, "bad_request", "body_too_large" },

        // Lines and characters.
        { $"GET /open/v1/a HTTP/1.1\nHost: localhost\n\n", 400, "bad_request", "malformed" },
        { $"GET /open/v1/a HTTP/1.1\r\n{Host}X-A: b\nx-api-key: c\r\n\r\n", 400, "bad_request", "malformed" },
        { Get(headers: "X-A: a\rb\r\n"), 400, "bad_request", "malformed" },
        { Get(headers: "X-A: a\0b\r\n"), 400, "bad_request", "malformed" },
        { Get(headers: "X-A: a\u0001b\r\n"), 400, "bad_request", "header" },
        { Get(headers: "X-A: a\u001b[2Jb\r\n"), 400, "bad_request", "header" },
        { Get(headers: "X-A: a\u007fb\r\n"), 400, "bad_request", "header" },
        { Get(headers: "X[A]: b\r\n"), 400, "bad_request", "header" },
        { Get(headers: "X A: b\r\n"), 400, "bad_request", "malformed" },
        { Get(headers: " X-A: b\r\n"), 400, "bad_request", "malformed" },
        { Get(headers: "X-A: b\r\n folded\r\n"), 400, "bad_request", "malformed" },
        { Get(headers: ": b\r\n"), 400, "bad_request", "malformed" },
        { $"GET /open/v1/a HTTP/1.1\r\n{Host}{Host}\r\n", 400, "bad_request", "malformed" },
        { "GET /open/v1/a HTTP/1.1\r\n\r\n", 400, "bad_request", "malformed" },
        { $"GET /open/v1/a HTTP/2.0\r\n{Host}\r\n", 505, "bad_request", "malformed" },
        { $"GET  /open/v1/a HTTP/1.1\r\n{Host}\r\n", 400, "bad_request", "malformed" },
        { "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\r\n\r\n", 400, "bad_request", "malformed" },

        // Sizes.
        { Get("/open/v1/" + new string('a', 9000)), 414, "bad_request", "head_too_large" },
        { Get(headers: $"X-A: {new string('a', 40_000)}\r\n"), 431, "bad_request", "head_too_large" },
        { Get(headers: string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: a\r\n"))), 431, "bad_request", "head_too_large" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_with_a_problem_answer_counted_and_upstream_sees_no_byte(string request, int status, string code, string reason)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        var answer = await connection.ReadAnswerAsync();

        Assert.Equal(status, answer.Status);
        Assert.Equal([code], answer["Clik2pay-Sidecar-Error"]);
        Assert.Equal(["application/problem+json"], answer["Content-Type"]);
        Assert.Contains($"\"code\":\"{code}\",\"sent\":\"no\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(status == 405, answer["Allow"].Count == 1);
        Assert.Equal(["close"], answer["Connection"]);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.Equal(1, sidecar.Metrics.Sum(Rejected, reason));
        Assert.Equal(0, upstream.BytesSeen);
    }

    /// <summary>What looks odd and is right.</summary>
    [Theory]
    [InlineData("GET /open/v1/a HTTP/1.1\r\nHost: LOCALHOST:1\r\nSec-Fetch-Site: none\r\n\r\n")]
    [InlineData("GET /open/v1/a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n")]
    [InlineData("GET /open/v1/...;/a..b/.a/%2e%2e%2e HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /open/v1/%E9%e0%A4%B9%F0%9F%98%80/%e0/%F0 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /open/v1/a%252e%252e%2F%C3%A9?..\\%zz%00 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nX-Tab: a\tb\r\nX-Byte: \u00e9\u0080\u00ff\r\nX-Empty:\r\n\r\n")]
    [InlineData("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")]
    [InlineData("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n2;ext=1\r\n{}\r\n0\r\nX-Trailer: 1\r\nAuthorization: mine\r\n\r\n")]
    [InlineData("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 002\r\n\r\n{}")]
    public async Task It_is_served_and_the_connection_lives_on(string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        Assert.Equal(200, (await connection.ReadAnswerAsync()).Status);

        await connection.SendAsync($"GET /open/v1/second HTTP/1.1\r\n{Host}\r\n");
        Assert.Equal(200, (await connection.ReadAnswerAsync()).Status);

        Assert.Equal(request.Split(' ')[1], upstream.Received.First().Target);
        Assert.All(upstream.Received, received =>
        {
            Assert.Empty(received["Upgrade"]);
            Assert.Empty(received["HTTP2-Settings"]);
            Assert.Empty(received.Trailers);
        });
    }

    [Fact]
    public async Task A_request_that_was_smuggled_behind_a_contradiction_is_not_answered()
    {
        var answers = await RawConnection.AskAsync(sidecar.Address, Post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", $"0\r\n\r\n{Get("/open/v1/smuggled")}"));

        Assert.Equal(2, answers.Split("HTTP/1.1 ").Length);
        Assert.Equal(0, upstream.BytesSeen);
    }

    private static string Get(string target = "/open/v1/a", string method = "GET", string headers = "") => $"{method} {target} HTTP/1.1\r\n{Host}{headers}\r\n";

    private static string Post(string headers, string body) => $"POST /open/v1/a HTTP/1.1\r\n{Host}{headers}\r\n{body}";
}
