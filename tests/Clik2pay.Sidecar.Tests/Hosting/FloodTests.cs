using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>Other callers are served while some callers send or receive as fast as they can.</summary>
public sealed class FloodTests
{
    [Fact]
    public async Task The_server_reads_at_most_64_KiB_of_a_connection_at_a_time()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        Assert.Equal(64 * 1024, sidecar.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.MaxReadBufferSize);
    }

    /// <summary>The server itself reads and discards these bytes. It continues to discard a body for 5 s after the response.</summary>
    [Theory]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", false)]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", true)]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n", "a", false)]
    [InlineData("", "\r\n", false)]
    [InlineData("", "\r\n", true)]
    public async Task While_the_server_discards_endless_input_other_callers_and_probes_are_served(
        string head, string repeated, bool toAdmin)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.Start(
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}")), "run");
        var (address, admin) = await sidecar.WaitForAddressesAsync();
        using var caller = new HttpClient { BaseAddress = address };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var first = new TaskCompletionSource();
        var flood = Task.Run(FloodAsync, end.Token);
        await first.Task;

        // If the flood kept the threads busy, each request would wait until the flood ends.
        await CallAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(flood.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood);

        async Task CallAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(new Uri(admin, "/livez"))).StatusCode);
            }
        }

        async Task FloodAsync()
        {
            var port = (toAdmin ? admin : address).Port;
            var start = Encoding.ASCII.GetBytes(head);
            var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(repeated, 20_000)));
            while (true)
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port, end.Token);
                    await socket.SendAsync(start, end.Token);
                    while (true)
                    {
                        await socket.SendAsync(block, end.Token);
                        first.TrySetResult();
                    }
                }
                catch (SocketException)
                {
                    // The server has closed the connection.
                }
            }
        }
    }

    [Fact]
    public async Task During_endless_uploads_and_downloads_other_callers_and_probes_are_served()
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        var block = new byte[64 * 1024];
        var sizeUp = 0L;
        upstream.RespondUnrecorded = async context =>
        {
            if (context.Request.Path == "/open/v1/down")
            {
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(block);
            }

            while (context.Request.Method == "POST" && await context.Request.Body.ReadAsync(new byte[block.Length]) is > 0 and var read)
                Interlocked.Add(ref sizeUp, read);
        };

        await using var sidecar = SidecarProcess.Start(
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}")), "run");
        var (address, admin) = await sidecar.WaitForAddressesAsync();
        using var caller = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sizeDown = 0L;
        Task[] streams = [DownAsync(), UpAsync()];
        while (Interlocked.Read(ref sizeDown) == 0 || Interlocked.Read(ref sizeUp) == 0)
            await Task.Yield();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
            var path = i % 2 == 0 ? "/readyz" : "/metrics";
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(new Uri(admin, path))).StatusCode);
        }

        Assert.All(streams, stream => Assert.False(stream.IsCompleted));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(streams));

        async Task DownAsync()
        {
            await using var body = await caller.GetStreamAsync("/open/v1/down", end.Token);
            while (true)
                Interlocked.Add(ref sizeDown, await body.ReadAsync(new byte[block.Length], end.Token));
        }

        async Task UpAsync()
        {
            while (true)
            {
                var response = await caller.PostAsync("/open/v1/up", new Blocks(block, count: 30_000), end.Token);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
    }

    /// <summary>A body that is almost as large as the sidecar accepts.</summary>
    private sealed class Blocks(byte[] block, int count) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            for (var i = 0; i < count; i++)
                await stream.WriteAsync(block, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = (long)block.Length * count;
            return true;
        }
    }
}
