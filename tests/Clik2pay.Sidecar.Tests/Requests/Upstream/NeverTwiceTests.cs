using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Upstream;

/// <summary>Neither the sidecar nor its HTTP client sends a payment again when the connection closes.</summary>
public sealed class NeverTwiceTests
{
    [Theory]
    [InlineData("POST", "Content-Length: 2\r\n\r\n{}")]
    [InlineData("POST", "Content-Length: 0\r\n\r\n")]
    [InlineData("POST", "\r\n")]
    [InlineData("PATCH", "\r\n")]
    [InlineData("DELETE", "\r\n")]
    [InlineData("PUT", "\r\n")]
    [InlineData("POST", "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST", "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("DELETE", "Expect: 100-continue\r\nContent-Type: text/plain\r\n\r\n")]
    public async Task A_request_on_a_connection_that_closes_gets_502_and_is_sent_once(string method, string rest)
    {
        await using var upstream = new HangUpUpstream();
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address)]);

        // The first request opens the connection. The second one uses the connection, and the provider then closes it.
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/first")).StatusCode);
        var response = await RawConnection.ExchangeAsync(
            sidecar.Address, $"{method} /open/v1/second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");

        Assert.Equal(1, upstream.Count($"{method} /open/v1/second HTTP/1.1"));
        Assert.StartsWith("HTTP/1.1 502", response, StringComparison.Ordinal);
        Assert.Contains("upstream_unreachable", response, StringComparison.Ordinal);
    }
}
