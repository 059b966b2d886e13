using System.IO.Hashing;
using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Responses;

/// <summary>Bodies that are larger than what the process may hold, each way.</summary>
public sealed class StreamingTests : IAsyncLifetime
{
    private const long Size = 512L * 1024 * 1024;

    private static readonly byte[] Block = [.. Enumerable.Range(0, 64 * 1024).Select(i => (byte)(i * 31 / 7))];

    private FakeTokenEndpoint tokenEndpoint = null!;
    private RecordingUpstream upstream = null!;

    public async ValueTask InitializeAsync() => (tokenEndpoint, upstream) = (await FakeTokenEndpoint.StartAsync(), await RecordingUpstream.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }

    [Theory]
    [InlineData("up", true)]
    [InlineData("up", false)]
    [InlineData("down", true)]
    [InlineData("down", false)]
    public async Task Half_a_gibibyte_passes_unchanged_and_memory_stays_flat(string way, bool isSized)
    {
        var (up, down) = (way == "up" ? Size : 0, way == "down" ? Size : 0);
        var (arrived, answer) = (0UL, 100_000L);
        upstream.Instead = async context =>
        {
            arrived = await HashAsync(context.Request.Body);
            if (isSized)
                context.Response.ContentLength = answer;
            await WriteAsync(context.Response.Body, answer);
        };
        await using var sidecar = SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}")), "run");
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync(), Timeout = Timeout.InfiniteTimeSpan };

        // What the first requests cost, connections and compiled code, is not the body's.
        for (var i = 0; i < 100; i++)
            await AskAsync(caller, up: 100_000, isSized);
        var before = PeakMemory(sidecar);

        answer = down;
        var returned = await AskAsync(caller, up, isSized);

        var growth = PeakMemory(sidecar) - before;
        Figures.Report($"{Size >> 20} MiB {way}, {(isSized ? "with a length" : "in chunks")}: the peak of the process's memory grew by {growth >> 20} MiB, to {(before + growth) >> 20}");
        Assert.Equal((HashOf(up), HashOf(down)), (arrived, returned));
        Assert.InRange(growth, 0, Size / 8);
    }

    private static async Task<ulong> AskAsync(HttpClient caller, long up, bool isSized)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/a") { Content = new Blocks(up, isSized) };
        using var answer = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var body = await answer.Content.ReadAsStreamAsync();
        return await HashAsync(body);
    }

    private static async Task<ulong> HashAsync(Stream stream)
    {
        var hash = new XxHash64();
        await hash.AppendAsync(stream);
        return hash.GetCurrentHashAsUInt64();
    }

    private static ulong HashOf(long length)
    {
        var hash = new XxHash64();
        for (; length > 0; length -= Block.Length)
            hash.Append(Block.AsSpan(0, (int)Math.Min(length, Block.Length)));
        return hash.GetCurrentHashAsUInt64();
    }

    private static async Task WriteAsync(Stream stream, long length)
    {
        for (; length > 0; length -= Block.Length)
            await stream.WriteAsync(Block.AsMemory(0, (int)Math.Min(length, Block.Length)));
    }

    /// <summary>The most physical memory that the process has had, in bytes (Linux, proc(5)).</summary>
    private static long PeakMemory(SidecarProcess process) =>
        long.Parse(File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], provider: null) * 1024;

    private sealed class Blocks(long length, bool isSized) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, length);

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return isSized;
        }
    }
}
