using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests;

public sealed class ColdStartTests
{
    /// <summary>Logs the routing of each request and the end of each connection.</summary>
    private static readonly (string, string?)[] VerboseLogging =
    [
        ("Logging:LogLevel:Microsoft.AspNetCore.Routing", "Debug"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel.Connections", "Debug"),
    ];

    [Fact]
    public async Task Requests_before_the_first_token_wait_for_it_and_cause_one_token_call()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(VerboseLogging, arrange: endpoint => endpoint.Gate = gate.Task);
        using var caller = new HttpClient { BaseAddress = sidecar.Address };

        var calls = Enumerable.Range(0, 500).Select(i => caller.GetAsync($"/open/v1/{i}")).ToList();
        await sidecar.Log.WaitForAsync("candidate(s) found", times: 500);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sidecar.Admin.GetAsync("/startupz")).StatusCode);
        Assert.Empty(sidecar.Upstream.Received);
        gate.SetResult();
        var responses = await Task.WhenAll(calls);

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/startupz")).StatusCode);
    }

    [Fact]
    public async Task A_request_whose_caller_disconnects_during_the_wait_for_a_token_is_not_forwarded()
    {
        var gate = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(VerboseLogging, arrange: endpoint => endpoint.Gate = gate.Task);

        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync("POST /open/v1/gone HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            await sidecar.Log.WaitForAsync("candidate(s) found", containing: "/open/v1/gone");
        }

        // The connection and its request end before the first token is obtained.
        await sidecar.Log.WaitForAsync("stopped.");
        gate.SetResult();
        await sidecar.Caller.GetAsync("/open/v1/stayed");

        Assert.Equal("/open/v1/stayed", sidecar.Upstream.Single().Target);
    }
}
