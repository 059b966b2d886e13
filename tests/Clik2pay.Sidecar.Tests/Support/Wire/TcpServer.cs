using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>
/// A TCP server that runs a function for each connection. When the function ends, the connection is closed. A connection that fails does
/// not end the server.
/// </summary>
internal sealed class TcpServer : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopped = new();
    private readonly Func<Socket, CancellationToken, Task> serve;
    private readonly Task serving;
    private int connections;

    /// <param name="serve">Serves a connection. The token is canceled when the server stops.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="port">The port to listen on; 0 for a free port.</param>
    public TcpServer(Func<Socket, CancellationToken, Task> serve, string address = "127.0.0.1", int port = 0)
    {
        this.serve = serve;
        listener = new(IPAddress.Parse(address), port);
        listener.Start(1024);
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
        serving = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await serving;
        listener.Dispose();
        stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopped.Token);
                Interlocked.Increment(ref connections);
                open.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            // The server was stopped.
        }

        await Task.WhenAll(open);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        await using var stop = stopped.Token.Register(connection.Dispose);
        try
        {
            // Written bytes are sent at once, before the connection can be reset.
            connection.NoDelay = true;
            await serve(connection, stopped.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has closed the connection, or the server was stopped.
        }
    }
}
