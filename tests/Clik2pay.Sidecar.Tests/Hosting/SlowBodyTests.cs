using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The time limit for the pauses in a body that is streamed. Each row takes seconds.</summary>
public sealed class SlowBodyTests : IAsyncDisposable
{
    private const string Head = "POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\n";

    private readonly WireUpstream upstream = new();

    public ValueTask DisposeAsync() => upstream.DisposeAsync();

    /// <summary>The first part of the body arrives at once, so the average data rate stays high.</summary>
    [Theory]
    [InlineData("Content-Length: 200000\r\n\r\n", "00:00:02")]
    [InlineData("Content-Length: 200000\r\n\r\n", "00:10:00")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n30d40\r\n", "00:00:02")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n30d40\r\n", "00:10:00")]
    public async Task A_streamed_body_that_stops_in_the_middle_gets_408_and_its_request_is_not_completed(string framing, string timeout)
    {
        await using var sidecar = await TestSidecar.StartAsync(
            upstream, ("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", timeout));
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);

        await connection.SendAsync($"{Head}{framing}{new string('a', 100_000)}");
        await connection.AssertRefusedAsync(408);

        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "timeout"));
        Assert.Empty(upstream.Received);
    }
}
