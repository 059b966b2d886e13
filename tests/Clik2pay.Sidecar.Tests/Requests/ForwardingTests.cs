using System.Net;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Requests are forwarded, and responses returned, unchanged.</summary>
public sealed class ForwardingTests : IAsyncLifetime
{
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync();

    public ValueTask DisposeAsync() => sidecar.DisposeAsync();

    [Theory]
    [InlineData("/open/v1/a")]
    [InlineData("/open/v1/a%2Fb")]
    [InlineData("/open/v1/a%2fb")]
    [InlineData("/open/v1/%7Euser/~user")]
    [InlineData("/open/v1/a+b;c=d,e")]
    [InlineData("/open/v1/a?")]
    [InlineData("/open/v1/a?x=1&x=2&y=a%20b+c%2B")]
    [InlineData("/open/v1/a?next=https://elsewhere.example/?a=b")]
    [InlineData("/open/v1/%C3%A9t%C3%A9")]
    [InlineData("/open/v1//a//")]
    [InlineData("/open/v1/")]
    public async Task Path_and_query_are_forwarded_byte_for_byte(string target)
    {
        await RawConnection.ExchangeAsync(sidecar.Address, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(target, sidecar.Upstream.Single().Target);
    }

    [Fact]
    public async Task The_sidecars_error_header_is_removed_from_the_providers_response()
    {
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(200, "", ("Clik2pay-Sidecar-Error", "token_unavailable"));

        Assert.False((await sidecar.Caller.GetAsync("/open/v1/a")).Headers.Contains("Clik2pay-Sidecar-Error"));
    }

    [Fact]
    public async Task Only_the_credentials_are_added_to_the_headers_of_a_request()
    {
        await RawConnection.ExchangeAsync(
            sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n\r\n");

        Assert.Equal(
            ["Accept", "Authorization", "Host", "x-api-key"],
            sidecar.Upstream.Single().Headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal(new Uri(sidecar.Upstream.Address).Authority, sidecar.Upstream.Single().Headers.Host);
    }

    [Lesson("bodiless requests gained a Content-Length: 0")]
    [Theory]
    [InlineData("GET", "Content-Type: text/plain\r\n", null)]
    [InlineData("HEAD", "Content-Type: text/plain\r\n", null)]
    [InlineData("DELETE", "", null)]
    [InlineData("DELETE", "Content-Type: text/plain\r\n", null)]
    [InlineData("GET", "Content-Length: 0\r\n", "0")]
    [InlineData("DELETE", "Content-Length: 0\r\nContent-Type: text/plain\r\n", "0")]
    [InlineData("POST", "", "0")] // recommended by RFC 9110, section 8.6
    [InlineData("PUT", "Content-Type: text/plain\r\n", "0")]
    public async Task A_request_without_a_body_gains_a_length_only_if_HTTP_recommends_it(string method, string headers, string? length)
    {
        await using var upstream = new WireUpstream();
        await using var front = await TestSidecar.StartAsync(upstream);

        for (var i = 0; i < 2; i++)
            await RawConnection.ExchangeAsync(
                front.Address, $"{method} /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");

        Assert.Equal(2, upstream.Received.Count);
        Assert.All(upstream.Received, received =>
        {
            Assert.Equal(length is null ? [] : [length], received["Content-Length"]);
            Assert.Empty(received["Transfer-Encoding"]);
            Assert.Equal(headers.Contains("Content-Type", StringComparison.Ordinal) ? 1 : 0, received["Content-Type"].Count);
        });
    }

    [Fact]
    public async Task A_body_is_forwarded_unchanged()
    {
        var body = Encoding.UTF8.GetBytes("""{"amount":12.50,"note":"é"}""");
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");

        await sidecar.Caller.PostAsync("/open/v1/payment-requests", content);

        var received = sidecar.Upstream.Single();
        Assert.Equal("POST", received.Method);
        Assert.Equal(body, received.Body);
        Assert.Equal("application/json", received.Headers.ContentType);
        Assert.Equal(body.Length, received.Headers.ContentLength);
    }

    [Fact]
    public async Task A_response_is_returned_unchanged()
    {
        sidecar.Upstream.Respond = async context =>
        {
            context.Response.StatusCode = 422;
            context.Response.Headers["x-amzn-RequestId"] = "request-1";
            context.Response.Headers["Set-Cookie"] = new(["a=1", "b=2"]);
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(new byte[] { 0x1f, 0x8b, 1, 2, 3 });
        };

        var response = await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal(["request-1"], response.Headers.GetValues("x-amzn-RequestId"));
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal([0x1f, 0x8b, 1, 2, 3], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(
            ["Date", "Set-Cookie", "Transfer-Encoding", "x-amzn-RequestId"],
            response.Headers.Select(header => header.Key).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_error_response_of_the_provider_is_returned_without_the_sidecars_error_header(int status)
    {
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(status, """{"message":"theirs"}""", ("Retry-After", "9"));

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("""{"message":"theirs"}""", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Clik2pay-Sidecar-Error"));
        sidecar.Upstream.Single();
    }

    [Lesson("redirects were followed with credentials: AzureAD/microsoft-identity-web#3906")]
    [Fact]
    public async Task A_redirect_is_returned_and_not_followed()
    {
        await using var elsewhere = await RecordingUpstream.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(302, "", ("Location", elsewhere.Address + "/stolen"));

        var response = await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(elsewhere.Address + "/stolen", response.Headers.Location?.OriginalString);
        Assert.Empty(elsewhere.Received);
    }

    [Lesson("chunked responses lost their body: Microsoft Entra sidecar")]
    [Fact]
    public async Task A_chunked_response_reaches_the_caller_before_it_is_complete()
    {
        var firstWasRead = new TaskCompletionSource();
        sidecar.Upstream.Respond = async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await firstWasRead.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("second");
        };

        using var response = await sidecar.Caller.GetAsync("/open/v1/a", HttpCompletionOption.ResponseHeadersRead);
        using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[5];
        await stream.ReadExactlyAsync(buffer);
        firstWasRead.SetResult();

        Assert.Equal("first", Encoding.UTF8.GetString(buffer));
        Assert.Equal("second", await new StreamReader(stream).ReadToEndAsync());
        Assert.Null(response.Content.Headers.ContentLength);
    }

    [Lesson("state leaked between requests: AzureAD/microsoft-identity-web#3919")]
    [Fact]
    public async Task Concurrent_requests_keep_their_own_headers_and_bodies()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/open/v1/{i}") { Content = new StringContent($"body {i}") };
            request.Headers.Add("x-number", $"{i}");
            await sidecar.Caller.SendAsync(request);
        }));

        Assert.Equal(200, sidecar.Upstream.Received.Count);
        Assert.All(sidecar.Upstream.Received, received =>
        {
            var number = received.Target.Split('/')[^1];
            Assert.Equal(number, received.Headers["x-number"]);
            Assert.Equal($"body {number}", Encoding.UTF8.GetString(received.Body));
        });
    }
}
