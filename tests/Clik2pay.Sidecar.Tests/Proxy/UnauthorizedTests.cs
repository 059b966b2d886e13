using System.Net;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class UnauthorizedTests
{
    [Fact]
    public async Task A_401_drops_the_token_that_was_sent_and_the_request_succeeds_with_its_successor()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = RefuseFirstToken;

        var answer = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["Bearer access_token_1", "Bearer access_token_2"], sidecar.Upstream.Received.Select(received => received.Headers.Authorization.ToString()));
        Assert.All(sidecar.Upstream.Received, received => Assert.Equal("{}", Encoding.UTF8.GetString(received.Body)));
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

    private static Task RefuseFirstToken(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 200;
        return context.Response.WriteAsync("theirs");
    }
}
