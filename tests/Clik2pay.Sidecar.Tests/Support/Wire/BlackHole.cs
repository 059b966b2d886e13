using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>An address at which every SYN is dropped, because the queue of its listening socket is full.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket filler = new(SocketType.Stream, ProtocolType.Tcp);

    public BlackHole(string address = "127.0.0.1", int port = 0)
    {
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        listener.Listen(0);
        filler.Connect(EndPoint);
    }

    public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndPoint!;

    public void Dispose()
    {
        filler.Dispose();
        listener.Dispose();
    }
}
