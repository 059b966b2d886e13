using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>A server that answers each connection with given bytes, whatever it is asked, and closes it.</summary>
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

    public byte[] Reply { get; set; }

    public RedisEndpoint Endpoint => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await listener.AcceptTcpClientAsync();
                var stream = caller.GetStream();
                try
                {
                    _ = await stream.ReadAsync(new byte[16 * 1024]);
                    await stream.WriteAsync(Reply);
                    caller.Client.Shutdown(SocketShutdown.Send);
                    while (await stream.ReadAsync(new byte[1024]) > 0)
                    {
                        // Until the caller has had enough: closing with unread bytes would reset the connection.
                    }
                }
                catch (IOException)
                {
                    // The caller has had enough.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The end.
        }
    }
}
