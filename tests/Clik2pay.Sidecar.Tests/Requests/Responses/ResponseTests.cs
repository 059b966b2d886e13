using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Responses;

/// <summary>Responses on the wire. Valid responses are returned without the headers that a caller must not get.</summary>
public sealed class ResponseTests : IAsyncLifetime
{
    private readonly WireUpstream upstream = new();
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync(upstream);

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")]
    [InlineData("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")]
    public async Task Interim_responses_are_skipped_and_the_final_response_is_returned(string interim)
    {
        upstream.Respond = _ => interim + WireUpstream.Ok;

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.Equal("done", response.Text);
    }

    [Fact]
    public async Task A_101_that_was_not_requested_becomes_a_502_without_a_tunnel()
    {
        upstream.Respond = _ => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 502 Bad Gateway", response.StartLine);
        Assert.Empty(response["Upgrade"]);
        Assert.Equal(["upstream_unreachable"], response["Clik2pay-Sidecar-Error"]);
    }

    [Fact]
    public async Task A_caller_that_waits_for_100_continue_gets_it_and_the_expectation_is_forwarded()
    {
        upstream.Interim = "HTTP/1.1 100 Continue\r\n\r\n";
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await connection.ReadSomeAsync(), StringComparison.Ordinal);
        await connection.SendAsync("{}");

        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        var received = Assert.Single(upstream.Received);
        Assert.Equal("{}", received.Text);
        Assert.Equal(["100-continue"], received["Expect"]);
    }

    [Fact]
    public async Task A_chunked_response_that_ends_before_its_first_byte_becomes_a_valid_502_of_the_sidecar()
    {
        upstream.Respond = _ => "HTTP/1.1 200 Theirs\r\nX-Theirs: yes\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nzz";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 502 Bad Gateway", response.StartLine);
        Assert.Empty(response["X-Theirs"]);
        Assert.Empty(response["Content-Encoding"]);
        Assert.False(response.IsChunked);
        Assert.Contains("\"upstream_unreachable\"", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_response_that_ends_early_is_returned_without_its_last_chunk()
    {
        upstream.Respond = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz";

        await Assert.ThrowsAsync<IOException>(() => ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task A_caller_that_uses_HTTP_1_0_gets_no_chunks()
    {
        upstream.Respond = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\nX-Trailer: 1\r\n\r\n";

        var text = await RawConnection.ExchangeAsync(sidecar.Address, "GET /open/v1/a HTTP/1.0\r\nHost: localhost\r\n\r\n");

        Assert.EndsWith("\r\n\r\ndone", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Echo: Bearer access_token_1")]
    [InlineData("X-Echo: a access_token_1 b")]
    [InlineData("X-Echo: a\r\nX-Echo: access_token_1")]
    [InlineData("WWW-Authenticate: Bearer error=\"access_token_1\"")]
    [InlineData("Set-Cookie: key=" + Secrets.ApiKey)]
    [InlineData("Location: https://e.example/?key=" + Secrets.ApiKey)]
    [InlineData("Location: https://e.example/?key=%63anary%2Dapi%2dkey-9Wm")]
    [InlineData("Location: https://e.example/?token=access%5ftoken%5F1")]
    [InlineData("X-access_token_1: a")]
    public async Task A_response_header_that_contains_the_credentials_is_removed_and_counted(string header)
    {
        upstream.Respond = _ => $"HTTP/1.1 200 access_token_1\r\n{header}\r\nX-Other: kept\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"4\r\ndone\r\n0\r\nX-Trailer: {Secrets.ApiKey}\r\nX-Sum: kept\r\n\r\n";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 200 OK", response.StartLine);
        Assert.Empty(response[header.Split(':')[0]]);
        Assert.Equal(["kept"], response["X-Other"]);
        Assert.Equal([("X-Sum", "kept")], response.Trailers);
        Assert.Equal("done", response.Text);
        Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_headers_dropped"));
    }

    [Fact]
    public async Task A_response_header_with_a_control_character_is_not_returned()
    {
        upstream.Respond = _ => "HTTP/1.1 200 OK\r\nX-A: a\u001bb\r\nContent-Length: 4\r\n\r\ndone";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(502, response.Status);
        Assert.DoesNotContain("\u001b", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Error: token_unavailable")]
    [InlineData("clik2pay-sidecar-error: token_unavailable")]
    [InlineData("Clik2pay_Sidecar_Error: token_unavailable")]
    [InlineData("Clik2pay-Sidecar-Profile: other")]
    public async Task A_header_or_trailer_that_only_the_sidecar_may_send_is_removed_and_counted(string header)
    {
        upstream.Respond = _ => $"HTTP/1.1 200 OK\r\n{header}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n{header}\r\n\r\n";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal((200, "done"), (response.Status, response.Text));
        Assert.Empty(response[header.Split(':')[0]]);
        Assert.Empty(response.Trailers);
        Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_headers_dropped"));
    }

    [Fact]
    public async Task A_reason_phrase_and_a_trailer_with_a_control_character_are_removed()
    {
        upstream.Respond = _ => "HTTP/1.1 200 a\u001b[2Jb\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "4\r\ndone\r\n0\r\nX-A: a\u001bb\r\nX-B: a\tb\r\n\r\n";

        var response = await ExchangeAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(("HTTP/1.1 200 OK", "done"), (response.StartLine, response.Text));
        Assert.Equal([("X-B", "a\tb")], response.Trailers);
    }

    private async Task<WireMessage> ExchangeAsync(string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        return await connection.ReadResponseAsync();
    }
}
