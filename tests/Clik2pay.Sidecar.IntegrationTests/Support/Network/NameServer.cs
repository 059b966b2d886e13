using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// A name server (RFC 1035, section 4). It responds NXDOMAIN, or does not respond if the name begins with "silent".
/// </summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly UdpClient server;
    private readonly Task serving;

    public NameServer(string address)
    {
        server = new(new IPEndPoint(IPAddress.Parse(address), 53));
        serving = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        server.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await server.ReceiveAsync();
                var reply = query.Buffer;
                if (reply.Length < 20 || Encoding.ASCII.GetString(reply, 13, 6) == "silent")
                    continue;

                // Flags: response, recursion available, NXDOMAIN. The reply has the question and no other records.
                (reply[2], reply[3]) = (0x81, 0x83);
                reply.AsSpan(6, 6).Clear();
                var end = Array.IndexOf(reply, (byte)0, 12) + 5;
                await server.SendAsync(reply.AsMemory(0, end), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }
}
