using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// An upstream that records requests as they were written, counts every byte, and responds with the exact bytes of a test.
/// </summary>
internal sealed class WireUpstream : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

    private readonly TcpServer server;
    private readonly TaskCompletionSource firstBytes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long bytesSeen;

    public WireUpstream() => server = new(ServeAsync);

    public string Address => $"http://{server.EndPoint}";

    /// <summary>The number of received bytes on all connections.</summary>
    public long BytesSeen => Interlocked.Read(ref bytesSeen);

    /// <summary>The number of accepted connections.</summary>
    public int Connections => server.Connections;

    public ConcurrentQueue<WireMessage> Received { get; } = new();

    /// <summary>
    /// Returns the whole response in Latin-1. After a response without a length, or with <c>Connection: close</c>, the connection ends.
    /// </summary>
    public Func<WireMessage, string> Respond { get; set; } = _ => Ok;

    /// <summary>If set, an interim response that is written before the body of the request is read.</summary>
    public string? Interim { get; set; }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>
    /// Sends a request with a chunked body through a sidecar. The second chunk is malformed. It is sent after the first bytes of the
    /// request have arrived here.
    /// </summary>
    public async Task ReceiveMalformedBodyAsync(Uri sidecar)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar);
        await connection.SendAsync(
            $"POST /open/v1/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n11000\r\n{new string('x', 0x11000)}\r\n");
        await firstBytes.Task.WaitAsync(TestContext.Current.CancellationToken);
        await connection.SendAsync("zz\r\n");
        await connection.ReadToEndAsync();
    }

    private async Task ServeAsync(Socket socket, CancellationToken stopped)
    {
        await using var stream = new NetworkStream(socket);
        var reader = new WireReader(stream, Count);
        while (await reader.ReadRequestAsync(_ => WriteInterimAsync(stream)) is { } request)
        {
            Received.Enqueue(request);
            var response = Respond(request);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(response), stopped);
            if (response.Contains("Connection: close", StringComparison.Ordinal)
                || (!response.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase)
                    && !response.EndsWith("\r\n\r\n", StringComparison.Ordinal)))
            {
                break;
            }
        }
    }

    private void Count(int count)
    {
        Interlocked.Add(ref bytesSeen, count);
        firstBytes.TrySetResult();
    }

    private Task WriteInterimAsync(Stream stream) =>
        Interim is { } interim ? stream.WriteAsync(Encoding.Latin1.GetBytes(interim)).AsTask() : Task.CompletedTask;
}
