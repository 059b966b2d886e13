using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Ports of 127.0.0.1 that nobody listens on.</summary>
internal static class Ports
{
    public static int TakeFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
