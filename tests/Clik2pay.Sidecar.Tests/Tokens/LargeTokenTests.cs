using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens;

/// <summary>Tokens at the size limit, through the running sidecar.</summary>
public sealed class LargeTokenTests
{
    [Fact]
    public async Task A_token_of_48_KiB_reaches_the_upstream()
    {
        var token = new string('t', AccessToken.MaxLength);
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.TokenOf = _ => token);

        var response = await sidecar.Caller.GetAsync("/open/v1/payment-requests");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"Bearer {token}", sidecar.Upstream.Single().Headers.Authorization);
    }

    [Fact]
    public async Task A_token_of_more_than_48_KiB_is_refused_and_the_request_is_not_forwarded()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => endpoint.TokenOf = _ => new string('t', AccessToken.MaxLength + 1));

        var response = await sidecar.Caller.GetAsync("/open/v1/payment-requests");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("48 KiB", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
    }
}
