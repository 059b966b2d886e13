using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// An upstream that responds to the first request on each connection, and closes the connection after it has read the second one. The
/// client cannot find out whether the second request was processed.
/// </summary>
internal sealed class HangUpUpstream : IAsyncDisposable
{
    private readonly List<string> requestLines = [];
    private readonly TcpServer server;

    public HangUpUpstream() => server = new(ServeAsync);

    public string Address => $"http://{server.EndPoint}";

    public int Count(string requestLine)
    {
        lock (requestLines)
            return requestLines.Count(line => line == requestLine);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket connection, CancellationToken stopped)
    {
        if (await ReadRequestAsync(connection, stopped))
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stopped);
            await ReadRequestAsync(connection, stopped);
        }
    }

    /// <returns>False at the end of the connection.</returns>
    private async Task<bool> ReadRequestAsync(Socket connection, CancellationToken stopped)
    {
        var buffer = new byte[16 * 1024];
        var text = "";
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal)
            || (text.Contains("Content-Length: 2", StringComparison.Ordinal) && !text.EndsWith("{}", StringComparison.Ordinal)))
        {
            var count = await connection.ReceiveAsync(buffer, stopped);
            if (count == 0)
                return false;
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }

        lock (requestLines)
            requestLines.Add(text.Split("\r\n")[0]);
        return true;
    }
}
