using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>The program under a limit of open files, with callers that open connections and send nothing.</summary>
public sealed class OpenFileLimitTests : IAsyncLifetime
{
    private readonly List<Socket> callers = [];
    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;

    public async ValueTask InitializeAsync() => (upstream, tokenEndpoint) = (
        await RecordingUpstream.StartAsync(), await FakeTokenEndpoint.StartAsync());

    public async ValueTask DisposeAsync()
    {
        callers.ForEach(caller => caller.Dispose());
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }

    [Lesson("NativeAOT keeps the soft limit of open files: dotnet/runtime#82719, containerd#8924")]
    [Fact]
    public async Task The_soft_limit_is_raised_to_the_hard_limit()
    {
        await using var program = Start("1024:5000");
        var (address, admin) = await program.WaitForAddressesAsync();

        await OpenCallersAsync(address, 1100);

        Assert.Equal(["5000", "5000"], LimitsOf(program));
        await AssertIsResponsiveAsync(program, admin);
        Assert.Equal(1100, await CountOpenAsync());
        Assert.DoesNotContain("[1106]", program.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, 1100)]
    [InlineData(256, 400)]
    [InlineData(256, 3000)]
    public async Task Callers_above_the_limit_are_closed_and_probes_and_other_callers_are_served(int limit, int count)
    {
        // A program that is not published keeps about 200 files of its own open.
        var extra = SidecarProcess.IsPublished ? 0 : 512;
        (limit, count) = (limit + extra, count + extra);
        await using var program = Start($"{limit}:{limit}");
        var (address, admin) = await program.WaitForAddressesAsync();
        var share = int.Parse(
            (await program.WaitForLineAsync("[1107]")).Split("Callers can open ")[1].Split(' ')[0], CultureInfo.InvariantCulture);

        await OpenCallersAsync(address, count);
        await program.WaitForLineAsync("[1106]");
        await AssertIsResponsiveAsync(program, admin);
        Assert.Equal(share, await CountOpenAsync());

        // All connected callers call at once, and each gets a connection to the provider.
        var arrived = 0;
        var all = new TaskCompletionSource();
        upstream.RespondUnrecorded = async context =>
        {
            if (Interlocked.Increment(ref arrived) == share)
                all.SetResult();
            await all.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("done");
        };
        var connected = callers.Where(IsOpen).ToList();
        Assert.Equal(share, (await Task.WhenAll(connected.Select(CallAsync))).Count(status => status == 200));
        await AssertIsResponsiveAsync(program, admin);

        // After these callers have gone, others are accepted.
        callers.ForEach(caller => caller.Dispose());
        upstream.RespondUnrecorded = null;
        Assert.Equal(200, await CallUntilAcceptedAsync(address));
        Assert.Single(program.Output, line => line.Contains("[1106]", StringComparison.Ordinal));
    }

    private static string[] LimitsOf(SidecarProcess program) =>
        File.ReadLines($"/proc/{program.Id}/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..5];

    private static bool IsOpen(Socket caller) => !caller.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private static async Task<int> CallAsync(Socket caller)
    {
        await using var stream = new NetworkStream(caller);
        await stream.WriteAsync("GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        return (await new WireReader(stream).ReadResponseAsync()).Status;
    }

    private static async Task<int> CallUntilAcceptedAsync(Uri address)
    {
        while (true)
        {
            using var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await caller.ConnectAsync(address.Host, address.Port);
                return await CallAsync(caller);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The sidecar has not yet ended the connections of the callers that disconnected.
                await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time);
            }
        }
    }

    /// <summary>Probes respond, <c>wait</c> succeeds, and no thread is busy.</summary>
    private static async Task AssertIsResponsiveAsync(SidecarProcess program, Uri admin)
    {
        using var kubelet = new HttpClient { BaseAddress = admin, Timeout = TimeSpan.FromSeconds(30) };
        Assert.Equal(HttpStatusCode.OK, (await kubelet.GetAsync("/livez")).StatusCode);
        var (exitCode, _) = await SidecarProcess.RunAsync(
            new Dictionary<string, string> { ["Sidecar__Admin"] = $"{admin}" }, "wait", "--timeout", "30");
        Assert.Equal(0, exitCode);

        // In ticks of 10 ms. A thread that retries accept in a loop uses up to 100 ticks per second while the callers stay connected.
        long used;
        var start = SystemDefaults.Time.GetTimestamp();
        do
        {
            var before = ProcessorTime(program);
            await Task.Delay(TimeSpan.FromSeconds(1), SystemDefaults.Time);
            used = ProcessorTime(program) - before;
        }
        while (used > 10 && SystemDefaults.Time.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        Assert.InRange(used, 0, 10);
    }

    private static long ProcessorTime(SidecarProcess program) =>
        SidecarProcess.ThreadsOf(program.Id).Sum(
            thread => thread.Fields[11..13].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)));

    private SidecarProcess Start(string limits) =>
        SidecarProcess.StartBy(["prlimit", $"--nofile={limits}"], SidecarProcess.Environment(upstream, tokenEndpoint), "run");

    private async Task OpenCallersAsync(Uri address, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
            callers.Add(caller);
            try
            {
                await caller.ConnectAsync(address.Host, address.Port);
            }
            catch (SocketException)
            {
                // Refused before the connection was complete.
            }
        }
    }

    /// <summary>Counts the open connections after the sidecar has closed all connections that it refuses.</summary>
    private async Task<int> CountOpenAsync()
    {
        var open = callers.Count;
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), SystemDefaults.Time);
            var now = callers.Count(IsOpen);
            if (now == open)
                return now;
            open = now;
        }
    }
}
