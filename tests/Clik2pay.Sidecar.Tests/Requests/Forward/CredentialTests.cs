using System.Net;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Forward;

/// <summary>The caller's credentials are not forwarded. The sidecar's own credentials are forwarded exactly once.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync();

    public ValueTask DisposeAsync() => sidecar.DisposeAsync();

    [Fact]
    public async Task A_request_without_credentials_is_forwarded_with_one_token_and_one_API_key()
    {
        var response = await sidecar.Caller.GetAsync("/open/v1/payment-requests");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        AssertSidecarCredentials(sidecar.Upstream.Single());
    }

    [Lesson("the caller's Authorization stayed beside the proxy's, or won: Dapr, Envoy, Vault Proxy")]
    [Theory]
    [InlineData("Authorization: Basic Zm9v")]
    [InlineData("authorization: Bearer mine")]
    [InlineData("AUTHORIZATION: a\r\nAuthorization: b")]
    [InlineData("x-api-key: mine")]
    [InlineData("X-API-KEY: a\r\nx-api-key: b")]
    [InlineData("x_api_key: mine")]
    [InlineData("X_Api-Key: mine")]
    [InlineData("Authorization_: mine")]
    [InlineData("Proxy-Authorization: mine")]
    [InlineData("proxy_authorization: mine")]
    [InlineData("Cookie: session=mine")]
    [InlineData("baggage: user=mine")]
    [InlineData("x.api.key: mine")]
    [InlineData("Clik2pay-Sidecar-Token: mine")]
    [InlineData("clik2pay_sidecar_token: mine")]
    public async Task Credentials_of_the_caller_are_not_forwarded(string headers)
    {
        var response = await SendAsync(headers);

        Assert.StartsWith("HTTP/1.1 200", response, StringComparison.Ordinal);
        var received = sidecar.Upstream.Single();
        AssertSidecarCredentials(received);
        Assert.DoesNotContain(received.Headers, header => header.Value.ToString().Contains("mine", StringComparison.Ordinal));
        Assert.DoesNotContain(received.Headers.Keys, name => name.Contains('_'));
    }

    /// <summary>Each name with each possible character before it, after it and between its words.</summary>
    [Fact]
    public async Task Every_header_in_the_list_is_removed_in_every_spelling()
    {
        Assert.Contains("Authorization", CredentialHeaders.Names);
        Assert.Contains("x-api-key", CredentialHeaders.Names);
        foreach (var name in CredentialHeaders.Names)
        {
            var spellings = "!#$%&'*+-.^_`|~".SelectMany(c => new[]
            {
                $"{c}{name}", $"{name}{c}", name.Replace('-', c), name.ToUpperInvariant().Replace('-', c),
            });
            await SendAsync(string.Join("\r\n", spellings.Select(spelling => $"{spelling}: mine")));
            await SendAsync($"{name}: mine\r\n{name.ToUpperInvariant()}: mine\r\n{name.ToLowerInvariant()}: mine");
        }

        Assert.Equal(2 * CredentialHeaders.Names.Length, sidecar.Upstream.Received.Count);
        Assert.All(sidecar.Upstream.Received, received =>
        {
            AssertSidecarCredentials(received);
            Assert.DoesNotContain(received.Headers, header => header.Value.ToString().Contains("mine", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Mode: mine")]
    [InlineData("clik2pay_sidecar_error: mine")]
    [InlineData("Connection: content-language\r\nContent-Language: mine")]
    public async Task Headers_for_the_sidecar_and_content_headers_that_Connection_nominates_are_not_forwarded(string headers)
    {
        await SendAsync(headers + "\r\nContent-Length: 2", "{}");

        Assert.DoesNotContain(
            sidecar.Upstream.Single().Headers, header => header.Value.ToString().Contains("mine", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Authorization-Info: mine")]
    [InlineData("x-api-key-version: mine")]
    [InlineData("x-api: mine")]
    [InlineData("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task Headers_that_only_resemble_credentials_are_forwarded(string header)
    {
        await SendAsync(header);

        var (name, value) = (header.Split(": ")[0], header.Split(": ")[1]);
        Assert.Equal(value, sidecar.Upstream.Single().Headers[name]);
    }

    [Fact]
    public async Task Credentials_that_Connection_nominates_are_still_forwarded()
    {
        await SendAsync("Connection: authorization, x-api-key");

        AssertSidecarCredentials(sidecar.Upstream.Single());
    }

    [Fact]
    public async Task Headers_that_Connection_nominates_are_not_forwarded()
    {
        await SendAsync("Connection: x-foo , X-Bar,, not a token\r\nX-Foo: 1\r\nx-bar: 2\r\nx-baz: 3");

        var received = sidecar.Upstream.Single().Headers;
        Assert.DoesNotContain("X-Foo", received.Keys);
        Assert.DoesNotContain("X-Bar", received.Keys);
        Assert.DoesNotContain("Connection", received.Keys);
        Assert.Equal("3", received["x-baz"]);
    }

    [Theory]
    [InlineData("RequestHeader", "Authorization")]
    [InlineData("RequestHeader", "x-api-key")]
    [InlineData("RequestHeader", "x_api_key")]
    [InlineData("RequestHeader", "Cookie")]
    [InlineData("RequestHeaderRouteValue", "authorization")]
    public async Task A_transform_that_sets_credentials_is_refused(string transform, string header)
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync(sidecar.Upstream, sidecar.TokenEndpoint,
        [
            ($"ReverseProxy:Routes:api:Transforms:0:{transform}", header),
            ("ReverseProxy:Routes:api:Transforms:0:Set", "mine"),
        ]));

        Assert.Contains(refusal.Errors, error => error.Contains($"manages the header {header}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Language", "en")]
    [InlineData("Last-Modified", "Thu, 01 Jan 2032 12:00:00 GMT")]
    public async Task A_content_header_that_Connection_nominates_is_removed_and_the_request_is_forwarded(string name, string value)
    {
        var response = await AskOnceAsync($"POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: {name}\r\n{name}: {value}\r\n"
            + "Content-Length: 2\r\n\r\n{}");

        Assert.StartsWith("HTTP/1.1 200", response, StringComparison.Ordinal);
        AssertSidecarCredentials(sidecar.Upstream.Single());
    }

    [Theory]
    [InlineData("Connection: keep-alive, x-foo")]
    [InlineData("Connection: x-foo, close")]
    [InlineData("Connection: close\r\nConnection: x-foo")]
    [InlineData("Connection: Keep-Alive\r\nconnection: X-FOO")]
    [InlineData("Connection: close, x-foo, keep-alive")]
    public async Task Headers_that_Connection_nominates_beside_close_or_keep_alive_are_not_forwarded(string connection)
    {
        var response = await RawConnection.ExchangeAsync(
            sidecar.Address, $"GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n{connection}\r\nX-Foo: 1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", response, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Foo", sidecar.Upstream.Single().Headers.Keys);
    }

    private static void AssertSidecarCredentials(UpstreamRequest received, int expectedToken = 1)
    {
        Assert.Equal([$"Bearer access_token_{expectedToken}"], received.Headers.Authorization.ToArray());
        Assert.Equal([Secrets.ApiKey], received.Headers["x-api-key"].ToArray());
    }

    private Task<string> SendAsync(string headers, string body = "")
    {
        var connection = headers.StartsWith("Connection", StringComparison.Ordinal) ? "" : "Connection: close\r\n";
        var text = $"{(body.Length > 0 ? "POST" : "GET")} /open/v1/a HTTP/1.1\r\nHost: localhost\r\n{connection}{headers}\r\n\r\n{body}";
        return connection.Length > 0 ? RawConnection.ExchangeAsync(sidecar.Address, text) : AskOnceAsync(text);
    }

    private async Task<string> AskOnceAsync(string text)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(text);
        return await connection.ReadSomeAsync();
    }
}
