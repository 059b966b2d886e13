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

/// <summary>Whoever sends or takes as fast as he can leaves the others their turns.</summary>
public sealed class FloodTests
{
    /// <summary>It is worked on at a stretch, chunks of one byte each too.</summary>
    [Fact]
    public async Task The_server_keeps_64_KiB_of_a_connection_before_they_are_read()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        Assert.Equal(64 * 1024, sidecar.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.MaxReadBufferSize);
    }

    /// <summary>What the server reads and skips by itself, however fast it comes; with a body it does so for 5 s, behind its answer.</summary>
    [Theory]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", false)]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", true)]
    [InlineData("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n", "a", false)]
    [InlineData("", "\r\n", false)]
    [InlineData("", "\r\n", true)]
    public async Task Beside_one_who_sends_without_an_end_what_is_skipped_others_and_probes_are_answered(string head, string repeated, bool toAdmin)
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

        // Each would wait until the other's time is up, if he kept the threads.
        await AskAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(flood.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood);

        async Task AskAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(new Uri(admin, "/livez"))).StatusCode);
            }
        }

        async Task FloodAsync()
        {
            var (port, start, block) = ((toAdmin ? admin : address).Port, Encoding.ASCII.GetBytes(head), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(repeated, 20_000))));
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
                    // The server has ended it.
                }
            }
        }
    }

    [Fact]
    public async Task Beside_callers_who_stream_without_an_end_both_ways_others_and_probes_are_answered()
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        var block = new byte[64 * 1024];
        var sizeUp = 0L;
        upstream.Instead = async context =>
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
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(new Uri(admin, i % 2 == 0 ? "/readyz" : "/metrics"))).StatusCode);
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
                Assert.Equal(HttpStatusCode.OK, (await caller.PostAsync("/open/v1/up", new Blocks(block, count: 30_000), end.Token)).StatusCode);
        }
    }

    /// <summary>Almost as much as a request may have.</summary>
    private sealed class Blocks(byte[] block, int count) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
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
