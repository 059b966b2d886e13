using System.IO.Hashing;
using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Responses;

/// <summary>Bodies in both directions that are larger than the memory that the process may use.</summary>
public sealed class StreamingTests : IAsyncLifetime
{
    private const long Size = 512L * 1024 * 1024;

    private static readonly byte[] Block = [.. Enumerable.Range(0, 64 * 1024).Select(i => (byte)(i * 31 / 7))];

    private FakeTokenEndpoint tokenEndpoint = null!;
    private RecordingUpstream upstream = null!;

    public async ValueTask InitializeAsync() =>
        (tokenEndpoint, upstream) = (await FakeTokenEndpoint.StartAsync(), await RecordingUpstream.StartAsync());

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
    public async Task A_body_of_half_a_gibibyte_is_forwarded_unchanged_and_memory_stays_flat(string direction, bool isSized)
    {
        var (up, down) = (direction == "up" ? Size : 0, direction == "down" ? Size : 0);
        var (arrived, response) = (0UL, 100_000L);
        upstream.RespondUnrecorded = async context =>
        {
            arrived = await HashAsync(context.Request.Body);
            if (isSized)
                context.Response.ContentLength = response;
            await WriteAsync(context.Response.Body, response);
        };
        await using var sidecar = SidecarProcess.Start(
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:MaxRequestBodyBytes", $"{int.MaxValue}")), "run");
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync(), Timeout = Timeout.InfiniteTimeSpan };

        // The first requests also allocate memory for connections and compiled code.
        for (var i = 0; i < 100; i++)
            await ExchangeAsync(caller, up: 100_000, isSized);
        var before = PeakMemory(sidecar);

        response = down;
        var returned = await ExchangeAsync(caller, up, isSized);

        var growth = PeakMemory(sidecar) - before;
        var framing = isSized ? "with a length" : "in chunks";
        Figures.Report(
            $"{Size >> 20} MiB {direction}, {framing}: peak memory grew by {growth >> 20} MiB, to {(before + growth) >> 20} MiB");
        Assert.Equal((HashOf(up), HashOf(down)), (arrived, returned));
        Assert.InRange(growth, 0, Size / 8);
    }

    private static async Task<ulong> ExchangeAsync(HttpClient caller, long up, bool isSized)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/a") { Content = new Blocks(up, isSized) };
        using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
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

    /// <summary>The peak physical memory of the process in bytes (Linux, proc(5)).</summary>
    private static long PeakMemory(SidecarProcess process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], provider: null) * 1024;
    }

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
