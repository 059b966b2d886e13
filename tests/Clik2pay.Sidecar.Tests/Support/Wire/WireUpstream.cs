using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>An upstream that writes down what it got line by line, counts every byte, and answers with exactly the bytes that a test gives it.</summary>
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

    /// <summary>Of all connections together.</summary>
    public long BytesSeen => Interlocked.Read(ref bytesSeen);

    /// <summary>How many connections were accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    public ConcurrentQueue<WireMessage> Received { get; } = new();

    /// <summary>
    /// The whole answer to a request, in Latin-1. After one without a length, or with <c>Connection: close</c>, the connection ends.
    /// </summary>
    public Func<WireMessage, string> Answer { get; set; } = _ => Ok;

    /// <summary>Written before the body is read, when set: an interim answer.</summary>
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
            // Stopped, while it waited or before it waited again.
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
            while (await reader.ReadRequestAsync(_ => Interim is { } interim ? stream.WriteAsync(Encoding.Latin1.GetBytes(interim)).AsTask() : Task.CompletedTask) is { } request)
            {
                Received.Enqueue(request);
                var answer = Answer(request);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
                if (answer.Contains("Connection: close", StringComparison.Ordinal)
                    || (!answer.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase) && !answer.EndsWith("\r\n\r\n", StringComparison.Ordinal)))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The caller has gone, or the test is over.
        }
    }
}
