using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// An upstream that responds to the first request on each connection, and closes the connection after it has read the second one. The
/// client cannot find out whether the second request was processed.
/// </summary>
internal sealed class HangUpUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<string> requestLines = [];
    private readonly CancellationTokenSource stopped = new();
    private readonly Task serving;

    public HangUpUpstream()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public string Address => $"http://{listener.LocalEndpoint}";

    public int Count(string requestLine)
    {
        lock (requestLines)
            return requestLines.Count(line => line == requestLine);
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await stopped.CancelAsync();
        await serving;
        stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptSocketAsync()));
        }
        catch (SocketException)
        {
            // The upstream was stopped.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        if (await ReadRequestAsync(connection))
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await ReadRequestAsync(connection);
        }
    }

    /// <returns>False at the end of the connection.</returns>
    private async Task<bool> ReadRequestAsync(Socket connection)
    {
        var buffer = new byte[16 * 1024];
        var text = "";
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal)
            || (text.Contains("Content-Length: 2", StringComparison.Ordinal) && !text.EndsWith("{}", StringComparison.Ordinal)))
        {
            var count = 0;
            try
            {
                count = await connection.ReceiveAsync(buffer, stopped.Token);
            }
            catch (OperationCanceledException)
            {
                // The upstream was stopped.
            }

            if (count == 0)
                return false;
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }

        lock (requestLines)
            requestLines.Add(text.Split("\r\n")[0]);
        return true;
    }
}
