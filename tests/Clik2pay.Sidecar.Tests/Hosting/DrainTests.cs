using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>From the signal to the end.</summary>
[Lesson("the proxy died before the application: awslabs/aws-sigv4-proxy#62, GoogleCloudPlatform/cloud-sql-proxy#1640")]
public sealed class DrainTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly TaskCompletionSource gate = new();
    private readonly TaskCompletionSource arrived = new();
    private TestSidecar sidecar = null!;

    public async ValueTask DisposeAsync() => await sidecar.DisposeAsync();

    [Fact]
    public async Task Callers_are_served_as_before_while_readiness_says_no_already_and_then_refused_until_the_last_request_has_ended()
    {
        await StartAsync();
        var underWay = sidecar.Caller.GetAsync("/open/v1/slow");
        await arrived.Task;
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/readyz"));

        var stopping = sidecar.StopAsync();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await AskAsync("/readyz"), await AskAsync("/livez")));
        Assert.Contains("\nclik2pay_sidecar_ready{} 0", await sidecar.Admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(4.9));
        var served = await sidecar.Caller.GetAsync("/open/v1/a");
        Assert.Equal((HttpStatusCode.OK, true), (served.StatusCode, served.Headers.ConnectionClose));

        var failed = await sidecar.Caller.GetAsync("/open/v1/broken");
        Assert.Equal((HttpStatusCode.BadGateway, true), (failed.StatusCode, failed.Headers.ConnectionClose));

        time.Advance(TimeSpan.FromSeconds(0.1));
        var refused = await RefusedAsync();
        Assert.Equal(("shutting_down", 1.0, true), (Assert.Single(refused.Headers.GetValues("Clik2pay-Sidecar-Error")), refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, refused.Headers.ConnectionClose));
        Assert.Contains("was not sent", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(stopping.IsCompleted);

        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await underWay).StatusCode);
        await stopping;
        Assert.Equal(3, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task Tokens_are_refreshed_while_callers_are_still_served()
    {
        await StartAsync(("Sidecar:DrainSeconds", "3600"));
        sidecar.TokenEndpoint.Lifetime = 600;
        await sidecar.Caller.GetAsync("/open/v1/a");

        var stopping = sidecar.StopAsync();
        var refresh = sidecar.NextRefresh;
        time.Advance(TimeSpan.FromMinutes(50));
        await refresh;

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        time.Advance(TimeSpan.FromMinutes(10));
        await stopping;
    }

    [Fact]
    public async Task A_request_that_does_not_end_in_time_is_broken_off_and_the_log_says_so()
    {
        await StartAsync(("Sidecar:DrainSeconds", "0"), ("Sidecar:StopTimeoutSeconds", "3"), ("Sidecar:AccessLog", "true"));
        var underWay = sidecar.Caller.GetAsync("/open/v1/slow");
        await arrived.Task;

        var stopping = sidecar.StopAsync();
        await RefusedAsync();
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        await sidecar.WaitForRequestsUnderWayAsync(1);
        time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<HttpRequestException>(() => underWay);
        await stopping;
        Assert.Single(sidecar.Log.Lines, line => line.Text.Contains("did not end within 3 s (Sidecar:StopTimeoutSeconds) and are aborted: 1.", StringComparison.Ordinal));

        // The caller did not disconnect.
        Assert.Contains(sidecar.Log.Lines, line => line.Text.Contains(": 503 in", StringComparison.Ordinal)
            && line.Text.Contains("error shutting_down, sent maybe", StringComparison.Ordinal));
        Assert.DoesNotContain(sidecar.Log.Lines, line => line.Text.Contains("caller_gone", StringComparison.Ordinal));
    }

    private async Task StartAsync(params (string Key, string? Value)[] settings)
    {
        sidecar = await TestSidecar.StartAsync([("Sidecar:DrainSeconds", "5"), .. settings], time);
        sidecar.Upstream.Respond = context =>
        {
            if (context.Request.Path == "/open/v1/broken")
                context.Abort();

            if (context.Request.Path != "/open/v1/slow")
                return Task.CompletedTask;

            arrived.TrySetResult();
            return gate.Task;
        };
    }

    private async Task<HttpStatusCode> AskAsync(string path) => (await sidecar.Admin.GetAsync(path)).StatusCode;

    /// <summary>The time has been moved on; until that is noticed requests may still be served.</summary>
    private async Task<HttpResponseMessage> RefusedAsync()
    {
        while (true)
        {
            var answer = await sidecar.Caller.GetAsync("/open/v1/a", TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                return answer;
        }
    }
}
