using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// An upstream that records requests as they were written, counts every byte, and responds with the exact bytes of a test.
/// </summary>
internal sealed class WireUpstream : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopped = new();
    private readonly Task serving;
    private long bytesSeen;
    private int connections;

    public WireUpstream()
    {
        listener.Start(1024);
        serving = ServeAsync();
    }

    public string Address => $"http://{listener.LocalEndpoint}";

    /// <summary>The number of received bytes on all connections.</summary>
    public long BytesSeen => Interlocked.Read(ref bytesSeen);

    /// <summary>The number of accepted connections.</summary>
    public int Connections => Volatile.Read(ref connections);

    public ConcurrentQueue<WireMessage> Received { get; } = new();

    /// <summary>
    /// Returns the whole response in Latin-1. After a response without a length, or with <c>Connection: close</c>, the connection ends.
    /// </summary>
    public Func<WireMessage, string> Respond { get; set; } = _ => Ok;

    /// <summary>If set, an interim response that is written before the body of the request is read.</summary>
    public string? Interim { get; set; }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await stopped.CancelAsync();
        await serving;
        stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        var tasks = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                Interlocked.Increment(ref connections);
                tasks.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The upstream was stopped.
        }

        await Task.WhenAll(tasks);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        await using var stop = stopped.Token.Register(connection.Dispose);
        await using var stream = new NetworkStream(connection);
        var reader = new WireReader(stream, count => Interlocked.Add(ref bytesSeen, count));
        try
        {
            while (await reader.ReadRequestAsync(_ => WriteInterimAsync(stream)) is { } request)
            {
                Received.Enqueue(request);
                var response = Respond(request);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(response));
                if (response.Contains("Connection: close", StringComparison.Ordinal)
                    || (!response.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase)
                        && !response.EndsWith("\r\n\r\n", StringComparison.Ordinal)))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has disconnected, or the test has ended.
        }
    }

    private Task WriteInterimAsync(Stream stream) =>
        Interim is { } interim ? stream.WriteAsync(Encoding.Latin1.GetBytes(interim)).AsTask() : Task.CompletedTask;
}
