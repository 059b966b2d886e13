using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>A collector that receives spans and metrics by OTLP, over HTTP/1.1 and over gRPC on different addresses.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ReceivedSpan> spans = new();
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpReceiver(WebApplication app)
    {
        this.app = app;
        app.Run(ReceiveAsync);
    }

    /// <summary>For OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.</summary>
    public string HttpAddress => app.Urls.First();

    /// <summary>For OTEL_EXPORTER_OTLP_PROTOCOL=grpc, which is the default.</summary>
    public string GrpcAddress => app.Urls.Last();

    /// <summary>The received requests. A body has one character for each byte.</summary>
    public ConcurrentQueue<(string Path, IHeaderDictionary Headers, string Body)> Received { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var receiver = new OtlpReceiver(builder.Build());
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>The settings of a sidecar that exports to this collector without delay.</summary>
    public (string Key, string Value)[] Settings(string protocol = "http/protobuf") =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", protocol == "grpc" ? GrpcAddress : HttpAddress),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
    ];

    /// <returns>The first span for which the condition is true.</returns>
    public async Task<ReceivedSpan> WaitForAsync(Func<ReceivedSpan, bool> condition)
    {
        while (true)
        {
            var next = Volatile.Read(ref more).Task;
            if (spans.FirstOrDefault(condition) is { } found)
                return found;

            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <returns>The body of the first request whose path has this end and whose body contains this text.</returns>
    public async Task<string> WaitForBodyAsync(string path, string containing)
    {
        while (true)
        {
            var next = Volatile.Read(ref more).Task;
            var found = Received.FirstOrDefault(request => request.Path.EndsWith(path, StringComparison.Ordinal)
                && request.Body.Contains(containing, StringComparison.Ordinal));
            if (found.Body is not null)
                return found.Body;

            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public IReadOnlyList<ReceivedSpan> Spans => [.. spans];

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy);
        ReadOnlyMemory<byte> body = copy.ToArray();

        // A gRPC message begins with a byte for compression and its length
        // (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
        var isGrpc = context.Request.ContentType == "application/grpc";
        if (isGrpc)
        {
            var message = body.Slice(5, BinaryPrimitives.ReadInt32BigEndian(body.Span[1..]));
            body = body.Span[0] == 0 ? message : Decompress(message);
        }

        var path = context.Request.Path.Value!;
        var headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        Received.Enqueue((path, headers, Encoding.Latin1.GetString(body.Span)));
        if (path.EndsWith("/v1/traces", StringComparison.Ordinal) || path.Contains("TraceService", StringComparison.Ordinal))
        {
            foreach (var span in ReceivedSpan.ReadAll(new(body)))
                spans.Enqueue(span);
        }

        Interlocked.Exchange(ref more, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

        context.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (!isGrpc)
            return;

        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static byte[] Decompress(ReadOnlyMemory<byte> message)
    {
        using var plain = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(message.ToArray()), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
