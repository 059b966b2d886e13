using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The shutdown from the stop signal to the end of the last request.</summary>
[Lesson("the proxy died before the application: awslabs/aws-sigv4-proxy#62, GoogleCloudPlatform/cloud-sql-proxy#1640")]
public sealed class DrainTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly TaskCompletionSource gate = new();
    private readonly TaskCompletionSource arrived = new();
    private TestSidecar sidecar = null!;

    public async ValueTask DisposeAsync() => await sidecar.DisposeAsync();

    [Fact]
    public async Task During_the_drain_readiness_fails_and_callers_are_served_and_then_they_are_refused_until_the_last_request_ends()
    {
        await StartAsync();
        var inProgress = sidecar.Caller.GetAsync("/open/v1/slow");
        await arrived.Task;
        Assert.Equal(HttpStatusCode.OK, await GetStatusAsync("/readyz"));

        var stopping = sidecar.StopAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetStatusAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await GetStatusAsync("/livez"));
        Assert.Contains("\nclik2pay_sidecar_ready{} 0", await sidecar.Admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(4.9));
        var served = await sidecar.Caller.GetAsync("/open/v1/a");
        Assert.Equal((HttpStatusCode.OK, true), (served.StatusCode, served.Headers.ConnectionClose));

        var failed = await sidecar.Caller.GetAsync("/open/v1/broken");
        Assert.Equal((HttpStatusCode.BadGateway, true), (failed.StatusCode, failed.Headers.ConnectionClose));

        time.Advance(TimeSpan.FromSeconds(0.1));
        var refused = await WaitForRefusalAsync();
        Assert.Equal("shutting_down", Assert.Single(refused.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.Equal((TimeSpan.FromSeconds(1), true), (refused.Headers.RetryAfter!.Delta!.Value, refused.Headers.ConnectionClose));
        Assert.Contains("was not sent", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(stopping.IsCompleted);

        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await inProgress).StatusCode);
        await stopping;
        Assert.Equal(3, sidecar.Upstream.Received.Count);
    }

    [Fact]
    public async Task During_the_drain_tokens_are_refreshed()
    {
        await StartAsync(("Sidecar:DrainSeconds", "3600"));
        await sidecar.WaitForTokenAsync("access_token_1");

        var stopping = sidecar.StopAsync();
        var refresh = sidecar.NextRefresh;
        time.Advance(TimeSpan.FromMinutes(50));
        await refresh.WaitAsync(SidecarProcess.LongestWait, TestContext.Current.CancellationToken);

        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        time.Advance(TimeSpan.FromMinutes(10));
        await stopping;
    }

    [Fact]
    public async Task A_request_that_does_not_end_in_time_is_aborted_and_logged()
    {
        await StartAsync(("Sidecar:DrainSeconds", "0"), ("Sidecar:StopTimeoutSeconds", "3"), ("Sidecar:AccessLog", "true"));
        var inProgress = sidecar.Caller.GetAsync("/open/v1/slow");
        await arrived.Task;

        var stopping = sidecar.StopAsync();
        await WaitForRefusalAsync();
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        await sidecar.WaitForRequestsInProgressAsync(1);
        time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<HttpRequestException>(() => inProgress);
        await stopping;
        const string aborted = "Aborting requests that did not complete within 3 s (Sidecar:StopTimeoutSeconds): 1.";
        Assert.Single(sidecar.Log.Lines, line => line.Text.Contains(aborted, StringComparison.Ordinal));

        // The outcome is not caller_gone, because the caller did not disconnect.
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

    private async Task<HttpStatusCode> GetStatusAsync(string path) => (await sidecar.Admin.GetAsync(path)).StatusCode;

    /// <summary>Repeats a request until it is refused, because requests may still be served shortly after the time was advanced.</summary>
    private async Task<HttpResponseMessage> WaitForRefusalAsync()
    {
        while (true)
        {
            var response = await sidecar.Caller.GetAsync("/open/v1/a", TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                return response;
        }
    }
}
