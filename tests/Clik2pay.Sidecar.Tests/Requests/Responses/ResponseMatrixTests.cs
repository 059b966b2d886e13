using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Responses;

/// <summary>Every status with every kind of body framing, for GET, HEAD and POST.</summary>
public sealed class ResponseMatrixTests : IAsyncLifetime
{
    private static readonly (string Name, string Head, string Body)[] Bodies =
    [
        ("length 0", "Content-Length: 0\r\n", ""),
        ("no length", "Connection: close\r\n", ""),
        ("empty chunked", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("body with length", "Content-Length: 4\r\n", "done"),
        ("chunked body", "Transfer-Encoding: chunked\r\n", "4\r\ndone\r\n0\r\n\r\n"),
        ("body without length", "Connection: close\r\n", "done"),
    ];

    private readonly WireUpstream upstream = new() { Respond = Respond };
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync(upstream);

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await upstream.DisposeAsync();
    }

    [Lesson("204 with Content-Length and 205 became a bare 500: dotnet/aspnetcore#40883, #42956")]
    [Fact]
    public async Task Every_status_is_returned_with_the_same_body_or_becomes_a_502_with_the_cause()
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var refused = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4 };
        await Parallel.ForEachAsync(Enumerable.Range(200, 400), parallel, async (status, cancellationToken) =>
        {
            // All responses with one status use one connection, so leftover bytes of one show up in the next.
            await using var connection = await RawConnection.OpenAsync(sidecar.Address);
            foreach (var method in (string[])["GET", "HEAD", "POST"])
            {
                for (var body = 0; body < Bodies.Length; body++)
                {
                    var rest = method == "POST" ? "Content-Length: 2\r\n\r\n{}" : "\r\n";
                    await connection.SendAsync($"{method} /open/v1/{status}/{body} HTTP/1.1\r\nHost: localhost\r\n{rest}");
                    var response = await connection.ReadResponseAsync(hasBody: method != "HEAD").WaitAsync(
                        TimeSpan.FromSeconds(30), cancellationToken);
                    var expected = method == "HEAD" || status is 204 or 304 || body < 3 ? "" : "done";
                    if (status == 205 && expected.Length > 0)
                    {
                        Interlocked.Increment(ref refused);
                        if (response.Status != 502 || !response.Text.Contains(
                            "responded with the status 205 and a body", StringComparison.Ordinal)
                            || !response.Text.Contains("\"sent\":\"maybe\"", StringComparison.Ordinal))
                            failures.Enqueue($"{method} {status}, {Bodies[body].Name}: {response.StartLine} {response.Text}");
                    }
                    else if (response.Status != status || response.Text != expected || response["Clik2pay-Sidecar-Error"].Count > 0)
                    {
                        failures.Enqueue($"{method} {status}, {Bodies[body].Name}: {response.StartLine} {response.Text}");
                    }
                }
            }
        });

        Assert.Empty(failures);
        Assert.Equal(6, refused);
    }

    [Theory]
    [InlineData("000 OK", "the status 000, which is not a final status")]
    [InlineData("099 OK", "the status 099, which is not a final status")]
    [InlineData("101 Switching Protocols", "the status 101, which is not a final status")]
    public async Task A_status_that_is_not_final_becomes_a_502_with_the_cause(string status, string cause)
    {
        upstream.Respond = _ => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n";

        var response = await ExchangeAsync();

        Assert.Equal(502, response.Status);
        Assert.Contains(cause, response.Text, StringComparison.Ordinal);
        Assert.Contains("\"sent\":\"maybe\"", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 two hundred\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/2 200\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("220 smtp.example ESMTP\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno colon\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: 0\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: a\u007fb\r\nContent-Length: 0\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\ndone", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\ndone", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\ndone\r\n0\r\n\r\n", "not valid HTTP/1.1")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "transfer coding other than chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", "coding other than chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nConnection: close\r\n\r\ndone", "transfer coding other than chunked")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nX-A: ", "closed the connection without a complete response")]
    public async Task A_response_that_cannot_be_read_becomes_a_502_with_the_cause(string response, string cause)
    {
        upstream.Respond = _ => response;

        var received = await ExchangeAsync();

        Assert.Equal(502, received.Status);
        Assert.Contains(cause, received.Text, StringComparison.Ordinal);
        Assert.Contains("\"sent\":\"maybe\"", received.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_headers_larger_than_64_KiB_are_reported_as_the_cause()
    {
        upstream.Respond = _ => $"HTTP/1.1 200 OK\r\nX-A: {new string('a', 70_000)}\r\nContent-Length: 0\r\n\r\n";

        Assert.Contains("sent response headers larger than 64 KiB", (await ExchangeAsync()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Hop", "X-Hop")]
    [InlineData("close, x-hop", "X-Hop")]
    [InlineData("keep-alive,X-Other , X-Hop", "X-Hop", "X-Other")]
    public async Task Response_headers_and_trailers_that_Connection_nominates_are_removed(string connection, params string[] removed)
    {
        upstream.Respond = _ => $"HTTP/1.1 200 OK\r\nConnection: {connection}\r\nX-Hop: 1\r\nX-Other: 1\r\nX-Kept: 1\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\nX-Hop: 1\r\nX-Kept: 1\r\n\r\n";

        var response = await ExchangeAsync();

        Assert.Equal("done", response.Text);
        Assert.All(removed, name => Assert.Empty(response[name]));
        Assert.Equal(removed.Contains("X-Other") ? 0 : 1, response["X-Other"].Count);
        Assert.Equal(["1"], response["X-Kept"]);
        Assert.Equal([("X-Kept", "1")], response.Trailers);
    }

    [Fact]
    public async Task An_error_code_of_the_sidecar_in_the_providers_trailers_is_removed()
    {
        upstream.Respond = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n"
            + "clik2pay-sidecar-error: token_unavailable\r\nX-Kept: 1\r\n\r\n";

        Assert.Equal([("X-Kept", "1")], (await ExchangeAsync()).Trailers);
    }

    private static string Respond(WireMessage request)
    {
        var parts = request.Target.Split('/');
        var (_, head, body) = Bodies[int.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture)];
        var hasBody = !request.StartLine.StartsWith("HEAD", StringComparison.Ordinal) && parts[3] is not ("204" or "304");
        return $"HTTP/1.1 {parts[3]} Status\r\n{head}\r\n{(hasBody ? body : "")}";
    }

    private async Task<WireMessage> ExchangeAsync()
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync("POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
        return await connection.ReadResponseAsync();
    }
}
