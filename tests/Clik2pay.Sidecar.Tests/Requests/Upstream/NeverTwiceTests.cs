using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Upstream;

/// <summary>A request that may move money is not sent again when the connection dies under it, not even by the HTTP client beneath.</summary>
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
    public async Task A_request_on_a_connection_that_dies_is_answered_502_and_sent_once(string method, string rest)
    {
        await using var upstream = new HangUpUpstream();
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address)]);

        // The first request opens the connection that the second will use and lose.
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/first")).StatusCode);
        var answer = await RawConnection.AskAsync(sidecar.Address, $"{method} /open/v1/second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");

        Assert.Equal(1, upstream.Count($"{method} /open/v1/second HTTP/1.1"));
        Assert.StartsWith("HTTP/1.1 502", answer, StringComparison.Ordinal);
        Assert.Contains("upstream_unreachable", answer, StringComparison.Ordinal);
    }
}
