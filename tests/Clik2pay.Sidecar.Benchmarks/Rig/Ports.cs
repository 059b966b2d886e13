using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Finds ports of 127.0.0.1 that no program listens on.</summary>
internal static class Ports
{
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
