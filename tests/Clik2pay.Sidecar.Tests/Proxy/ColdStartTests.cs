using System.Net;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class ColdStartTests
{
    [Fact]
    public async Task Requests_that_arrive_before_the_first_token_wait_for_it_and_cost_one_token_call()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Gate = gate.Task);

        var calls = Enumerable.Range(0, 500).Select(i => sidecar.Caller.GetAsync($"/open/v1/{i}")).ToList();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sidecar.Admin.GetAsync("/startupz")).StatusCode);
        Assert.Empty(sidecar.Upstream.Received);
        gate.SetResult();
        var answers = await Task.WhenAll(calls);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/startupz")).StatusCode);
    }

    [Fact]
    public async Task A_caller_that_goes_away_while_it_waits_reaches_nobody()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Gate = gate.Task);
        using var impatient = new CancellationTokenSource();

        var call = sidecar.Caller.GetAsync("/open/v1/gone", impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        gate.SetResult();
        await sidecar.Caller.GetAsync("/open/v1/stayed");

        Assert.Equal("/open/v1/stayed", sidecar.Upstream.Single().Target);
    }
}
