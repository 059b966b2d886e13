using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// A server that replaces Redis. It replies to the first script or master lookup of each connection with given bytes, and then ends the
/// connection.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task serving;

    public ScriptedServer(byte[] reply)
    {
        Reply = reply;
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>The reply to the first script or master lookup of a connection.</summary>
    public byte[] Reply { get; set; }

    /// <summary>
    /// Whether the server replies to the commands with which a client connects. If not, it replies to the first command with
    /// <see cref="Reply"/>.
    /// </summary>
    public bool AcceptsConnections { get; init; } = true;

    public string AuthReply { get; init; } = "+OK\r\n";

    /// <summary>The reply to <c>CLUSTER NODES</c>.</summary>
    public string Nodes { get; set; } = "";

    public RedisEndpoint Endpoint => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    /// <summary>
    /// The commands with which a client connects, and the replies. A client of a Sentinel sends <c>SENTINEL MASTERS</c> too.
    /// </summary>
    private (string Command, string Reply)[] Handshake =>
    [
        ("\nAUTH\r", AuthReply),
        ("\nSLOTS\r", "-ERR unknown subcommand\r\n"),
        ("\nNODES\r", $"${Nodes.Length}\r\n{Nodes}\r\n"),
        ("\nMASTERS\r", "*0\r\n"),
        ("\nTIME\r", "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n"),
        ("\nPING\r", "+PONG\r\n"),
    ];

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
    }

    private static bool IsCommand(string received) =>
        received.Contains("\nEVAL\r", StringComparison.Ordinal) || received.Contains("\nget-master", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null at the end of the connection.</returns>
    private static async Task<string?> ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[16 * 1024];
        var count = await stream.ReadAsync(buffer);
        return count == 0 ? null : Encoding.Latin1.GetString(buffer, 0, count);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                try
                {
                    while (AcceptsConnections && await ReadAsync(stream) is { } received && !IsCommand(received))
                    {
                        foreach (var (_, reply) in Handshake.Where(step => received.Contains(step.Command, StringComparison.Ordinal)))
                            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply));
                    }

                    if (!AcceptsConnections)
                        await ReadAsync(stream);
                    await stream.WriteAsync(Reply);
                    client.Client.Shutdown(SocketShutdown.Send);
                    while (await stream.ReadAsync(new byte[1024]) > 0)
                    {
                        // The client closes the connection. Closing it here with unread bytes would reset it.
                    }
                }
                catch (IOException)
                {
                    // The client has closed the connection.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
