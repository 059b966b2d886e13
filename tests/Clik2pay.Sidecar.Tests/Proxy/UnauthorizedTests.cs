using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class UnauthorizedTests
{
    [Fact]
    public async Task A_401_is_the_providers_own_and_the_next_request_goes_out_with_a_new_token()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 200;
            return context.Response.WriteAsync("theirs");
        };

        var first = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
        var second = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
        Assert.Equal("theirs", await first.Content.ReadAsStringAsync());
        Assert.False(first.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(2, sidecar.Upstream.Received.Count);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    [Lesson("a wave of 401s invalidated again and again: apache/gravitino PR 12531")]
    [Fact]
    public async Task A_wave_of_401s_to_one_token_costs_one_token_call()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(401, "");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => sidecar.Caller.GetAsync("/open/v1/a")));

        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.All(sidecar.Upstream.Received, received => Assert.StartsWith("Bearer access_token_", received.Headers.Authorization.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_403_leaves_the_token_alone()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(403, """{"message":"Forbidden"}""");

        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
    }
}
