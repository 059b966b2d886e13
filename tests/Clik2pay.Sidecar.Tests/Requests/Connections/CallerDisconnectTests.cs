using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>If a caller disconnects, the metric and the access log record the same outcome, and no exception is logged.</summary>
public sealed class CallerDisconnectTests : IAsyncLifetime
{
    private const string Post = "POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\n";

    private readonly WireUpstream upstream = new();
    private readonly TaskCompletionSource isWaiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim mayRespond = new();
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync(upstream, ("Sidecar:AccessLog", "true"));

    public async ValueTask DisposeAsync()
    {
        mayRespond.Set();
        await sidecar.DisposeAsync();
        await upstream.DisposeAsync();
        mayRespond.Dispose();
    }

    [Theory]
    [InlineData("Content-Length: 9\r\n\r\nhello", true)]
    [InlineData("Content-Length: 9\r\n\r\nhello", false)]
    [InlineData("Content-Length: 9\r\nExpect: 100-continue\r\n\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhe", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhe", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trai", false)]
    public async Task A_disconnect_during_a_small_body_is_recorded_as_499_and_no_byte_is_forwarded(string rest, bool isReset)
    {
        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync(Post + rest);
            WaitUntilInProgress();
            connection.Close(isReset);
        }

        await AssertOutcomeAsync(499);
        Assert.Equal(0, upstream.BytesSeen);
    }

    [Theory]
    [InlineData("Content-Length: 200000\r\n\r\n", true)]
    [InlineData("Content-Length: 200000\r\n\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n30d40\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n30d40\r\n", false)]
    public async Task A_disconnect_during_a_streamed_body_is_recorded_as_499(string rest, bool isReset)
    {
        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync($"{Post}{rest}{new string('a', 100_000)}");
            Assert.True(SpinWait.SpinUntil(() => upstream.BytesSeen > 50_000, SidecarProcess.LongestWait));
            connection.Close(isReset);
        }

        await AssertOutcomeAsync(499);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disconnect_before_the_response_is_recorded_as_499(bool isReset)
    {
        upstream.Respond = Wait;
        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync($"{Post}Content-Length: 2\r\n\r\n{{}}");
            await isWaiting.Task;
            connection.Close(isReset);
        }

        await AssertOutcomeAsync(499);
    }

    [Theory]
    [InlineData("Content-Length: 20000000", true)]
    [InlineData("Content-Length: 20000000", false)]
    [InlineData("Connection: close", true)]
    public async Task A_disconnect_during_the_response_is_recorded_with_the_status_of_the_response(string framing, bool isReset)
    {
        upstream.Respond = _ => $"HTTP/1.1 201 Created\r\n{framing}\r\n\r\n{new string('a', 20_000_000)}";
        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync($"{Post}Content-Length: 2\r\n\r\n{{}}");
            Assert.StartsWith("HTTP/1.1 201", await connection.ReadSomeAsync(), StringComparison.Ordinal);
            connection.Close(isReset);
        }

        await AssertOutcomeAsync(201);
    }

    [Fact]
    public async Task A_disconnect_after_the_response_is_not_recorded()
    {
        await using (var connection = await RawConnection.OpenAsync(sidecar.Address))
        {
            await connection.SendAsync($"{Post}Content-Length: 2\r\n\r\n{{}}");
            Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
        }

        Assert.Contains(": 200 in", await sidecar.Log.WaitForAsync("POST /open/v1/{**rest}"), StringComparison.Ordinal);
        Assert.DoesNotContain("caller_gone", await ScrapeAsync(), StringComparison.Ordinal);
    }

    /// <summary>YARP aborts the caller's connection if the provider ends a response early.</summary>
    [Fact]
    public async Task A_response_that_the_provider_ends_early_is_not_recorded_as_a_disconnect_of_the_caller()
    {
        upstream.Respond = _ => "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync($"{Post}Content-Length: 2\r\n\r\n{{}}");
        await Assert.ThrowsAnyAsync<Exception>(() => connection.ReadResponseAsync());

        Assert.Contains(": 200 in", await sidecar.Log.WaitForAsync("POST /open/v1/{**rest}"), StringComparison.Ordinal);
        Assert.DoesNotContain("caller_gone", await ScrapeAsync(), StringComparison.Ordinal);
    }

    private string Wait(WireMessage request)
    {
        isWaiting.TrySetResult();
        mayRespond.Wait(SidecarProcess.LongestWait);
        return WireUpstream.Ok;
    }

    private void WaitUntilInProgress()
    {
        var drain = sidecar.Services.GetRequiredService<Drain>();
        Assert.True(SpinWait.SpinUntil(() => drain.RequestsInProgress > 0, SidecarProcess.LongestWait));
    }

    private async Task AssertOutcomeAsync(int status)
    {
        var line = await sidecar.Log.WaitForAsync("POST /open/v1/{**rest}");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $": {status} in"), line, StringComparison.Ordinal);
        Assert.Contains("error caller_gone, sent ", line, StringComparison.Ordinal);

        var series = Assert.Single(
            (await ScrapeAsync()).Split('\n'),
            text => text.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal));
        Assert.Contains("error_type=\"caller_gone\"", series, StringComparison.Ordinal);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"http_response_status_code=\"{status}\""), series, StringComparison.Ordinal);
        Assert.EndsWith(" 1", series.TrimEnd(), StringComparison.Ordinal);

        Assert.DoesNotContain(sidecar.Log.Lines, l => l.Text.Contains("unhandled exception", StringComparison.Ordinal));
        Assert.Equal(0, sidecar.Metrics.Sum("clik2pay.sidecar.own_answers"));
    }

    private Task<string> ScrapeAsync() => sidecar.Admin.GetStringAsync("/metrics");
}
