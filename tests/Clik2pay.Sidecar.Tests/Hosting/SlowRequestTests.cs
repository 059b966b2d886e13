using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The time limit for the head and for a body that is buffered. Each row takes seconds.</summary>
public sealed class SlowRequestTests : IAsyncDisposable
{
    private const string Head = "POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\n";

    private readonly WireUpstream upstream = new();

    public ValueTask DisposeAsync() => upstream.DisposeAsync();

    [Lesson("a connection that sent a byte now and then stayed open forever: Slowloris")]
    [Theory]
    [InlineData("POST /open/v1/a HTTP/1.1\r\nHost: loc")]
    [InlineData(Head)]
    [InlineData(Head + "Content-Length: 100\r\n\r\n{")]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{")]
    public async Task A_request_that_arrives_too_slowly_gets_408_and_no_byte_is_forwarded(string request)
    {
        await using var sidecar = await TestSidecar.StartAsync(upstream);
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        var start = SystemDefaults.Time.GetTimestamp();

        await connection.SendAsync(request);
        await connection.AssertRefusedAsync(408);

        var seconds = SystemDefaults.Time.GetElapsedTime(start).TotalSeconds;
        Figures.Report($"a request that stops in the middle: 408 and end of the connection after {seconds:0.0} s");
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "timeout"));
        Assert.Equal(0, upstream.BytesSeen);
    }
}
