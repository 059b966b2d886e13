using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Responses;

/// <summary>Responses on the wire: what HTTP/1.1 allows upstream, and what an upstream must not get through to the caller.</summary>
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
    public async Task Interim_answers_do_not_stand_in_the_way_of_the_final_one(string interim)
    {
        upstream.Answer = _ => interim + WireUpstream.Ok;

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Assert.Equal("done", answer.Text);
    }

    [Fact]
    public async Task Nobody_gets_a_tunnel_from_an_upstream_that_switches_protocols_unasked()
    {
        upstream.Answer = _ => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 502 Bad Gateway", answer.StartLine);
        Assert.Empty(answer["Upgrade"]);
        Assert.Equal(["upstream_unreachable"], answer["Clik2pay-Sidecar-Error"]);
    }

    [Fact]
    public async Task A_caller_that_waits_for_100_continue_gets_it_and_upstream_gets_body_and_expectation()
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
    public async Task An_answer_in_chunks_that_breaks_off_before_its_first_byte_is_ours_and_well_formed()
    {
        upstream.Answer = _ => "HTTP/1.1 200 Theirs\r\nX-Theirs: yes\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nzz";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 502 Bad Gateway", answer.StartLine);
        Assert.Empty(answer["X-Theirs"]);
        Assert.Empty(answer["Content-Encoding"]);
        Assert.False(answer.IsChunked);
        Assert.Contains("\"upstream_unreachable\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_chunks_that_breaks_off_later_has_no_end()
    {
        upstream.Answer = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz";

        await Assert.ThrowsAsync<IOException>(() => AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task A_caller_of_HTTP_1_0_gets_no_chunks()
    {
        upstream.Answer = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\nX-Trailer: 1\r\n\r\n";

        var text = await RawConnection.AskAsync(sidecar.Address, "GET /open/v1/a HTTP/1.0\r\nHost: localhost\r\n\r\n");

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
    public async Task A_header_that_echoes_our_credentials_is_dropped_and_counted(string header)
    {
        upstream.Answer = _ => $"HTTP/1.1 200 access_token_1\r\n{header}\r\nX-Other: kept\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\nX-Trailer: {Secrets.ApiKey}\r\nX-Sum: kept\r\n\r\n";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("HTTP/1.1 200 OK", answer.StartLine);
        Assert.Empty(answer[header.Split(':')[0]]);
        Assert.Equal(["kept"], answer["X-Other"]);
        Assert.Equal([("X-Sum", "kept")], answer.Trailers);
        Assert.Equal("done", answer.Text);
        Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_headers_dropped"));
    }

    [Fact]
    public async Task A_header_with_a_control_character_does_not_get_through()
    {
        upstream.Answer = _ => "HTTP/1.1 200 OK\r\nX-A: a\u001bb\r\nContent-Length: 4\r\n\r\ndone";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(502, answer.Status);
        Assert.DoesNotContain("\u001b", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Error: token_unavailable")]
    [InlineData("clik2pay-sidecar-error: token_unavailable")]
    [InlineData("Clik2pay_Sidecar_Error: token_unavailable")]
    [InlineData("Clik2pay-Sidecar-Profile: other")]
    public async Task A_header_or_trailer_that_only_the_sidecar_may_send_is_dropped_and_counted(string header)
    {
        upstream.Answer = _ => $"HTTP/1.1 200 OK\r\n{header}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n{header}\r\n\r\n";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal((200, "done"), (answer.Status, answer.Text));
        Assert.Empty(answer[header.Split(':')[0]]);
        Assert.Empty(answer.Trailers);
        Assert.Equal(2, sidecar.Metrics.Sum("clik2pay.sidecar.upstream_headers_dropped"));
    }

    [Fact]
    public async Task A_reason_phrase_and_a_trailer_with_a_control_character_are_dropped()
    {
        upstream.Answer = _ => "HTTP/1.1 200 a\u001b[2Jb\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "4\r\ndone\r\n0\r\nX-A: a\u001bb\r\nX-B: a\tb\r\n\r\n";

        var answer = await AskAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(("HTTP/1.1 200 OK", "done"), (answer.StartLine, answer.Text));
        Assert.Equal([("X-B", "a\tb")], answer.Trailers);
    }

    private async Task<WireMessage> AskAsync(string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(request);
        return await connection.ReadResponseAsync();
    }
}
