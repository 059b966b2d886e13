using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Proxy;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>A thread that serves many connections is left to them again and again by whoever keeps it busy.</summary>
public sealed class EventThreadTests
{
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    [Fact]
    public async Task Small_answers_are_flushed_where_they_are_written_and_once_in_64_KiB_the_thread_is_left()
    {
        var pipe = new Pipe(new(pauseWriterThreshold: 0));
        var writer = new AnswerWriter(new Transport(pipe));
        var leaves = new CountedLeaves();

        for (var i = 1; i <= 256; i++)
        {
            await leaves.Count(() => writer.WriteAsync(new byte[1024]));
            Assert.Equal(i / 64, leaves.Counted);
        }

        Assert.Equal(256 * 1024, (await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken)).Buffer.Length);
    }

    [Fact]
    public async Task What_comes_is_read_where_it_comes_and_once_in_8_reads_the_thread_is_left()
    {
        var pipe = new Pipe();
        var reader = new LeavingReader(new Transport(pipe));
        var leaves = new CountedLeaves();

        for (var i = 1; i <= 128; i++)
        {
            await pipe.Writer.WriteAsync(new[] { (byte)i }, TestContext.Current.CancellationToken);
            var read = await leaves.Count(() => reader.ReadAsync());
            Assert.Equal((i, i / 8), (read.Buffer.FirstSpan[0], leaves.Counted));
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    [Fact]
    public async Task Who_reads_on_without_waiting_gets_nothing_once_in_8_reads_and_all_of_it_when_he_waits()
    {
        var pipe = new Pipe();
        var reader = new LeavingReader(new Transport(pipe));
        await pipe.Writer.WriteAsync(new byte[64], TestContext.Current.CancellationToken);

        var count = 0;
        while (reader.TryRead(out var one))
        {
            reader.AdvanceTo(one.Buffer.GetPosition(1));
            count++;
        }

        Assert.Equal(7, count);
        var rest = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(64 - 7, rest.Buffer.Length);
        reader.AdvanceTo(rest.Buffer.Start);
        Assert.True(reader.TryRead(out _));
    }

    [Fact]
    public async Task Who_waits_for_upstream_begins_again_with_its_reads_and_who_does_not_goes_on()
    {
        var pipe = new Pipe();
        var reader = new LeavingReader(new Transport(pipe));
        await pipe.Writer.WriteAsync(new byte[64], TestContext.Current.CancellationToken);
        var context = new DefaultHttpContext();
        context.Features.Set(reader);
        context.Features.Set<IReverseProxyFeature>(new ReverseProxyFeature
        {
            Route = new(new(), cluster: null, HttpTransformer.Default),
            Cluster = new(new(), new HttpMessageInvoker(new SocketsHttpHandler())),
            AvailableDestinations = new DestinationState("clik2pay", new(new() { Address = "http://localhost" })),
        });
        var answer = new TaskCompletionSource<ForwarderError>();
        var sender = new UpstreamSender(new PendingForwarder(answer.Task));

        Assert.Equal(5, Read(most: 5));
        var sending = sender.SendAsync(context);
        Assert.Equal(5, Read(most: 5));
        answer.SetResult(ForwarderError.None);
        await sending;
        await sender.SendAsync(context); // is answered at once, as what no upstream has seen
        Assert.Equal(2, Read(most: 5));

        int Read(int most)
        {
            var count = 0;
            while (count < most && reader.TryRead(out var one))
            {
                reader.AdvanceTo(one.Buffer.GetPosition(1));
                count++;
            }

            return count;
        }
    }

    /// <summary>Of chunks of one byte each 1 MiB takes tens of milliseconds, whatever the number of reads.</summary>
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
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}"), (Count, "1")), "run");
        var (address, admin) = await sidecar.WaitForAddressesAsync();
        using var caller = new HttpClient { BaseAddress = address };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var first = new TaskCompletionSource();
        var flood = Task.Run(FloodAsync, end.Token);
        await first.Task;

        // Each would wait until the other's time is up, if he kept the thread.
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

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task Beside_callers_who_stream_without_an_end_both_ways_others_and_probes_are_answered(string inline)
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

        // All connections have one thread.
        await using var sidecar = SidecarProcess.Start(
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}"), (Count, "1"), (Inline, inline)), "run");
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

    private sealed class PendingForwarder(Task<ForwarderError> answer) : IHttpForwarder
    {
        public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
            new(answer);
    }

    private sealed class Transport(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
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

    /// <summary>How often a step leaves the thread that it is on. A step that yields says so to the context that it runs in.</summary>
    private sealed class CountedLeaves : SynchronizationContext
    {
        public int Counted { get; private set; }

        public override void Post(SendOrPostCallback callback, object? state)
        {
            Counted++;
            base.Post(callback, state);
        }

        public ValueTask<T> Count<T>(Func<ValueTask<T>> step)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return step();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }
}
