using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Networking;

/// <summary>
/// Detects connections that the network has dropped silently. By default the kernel keeps sending on such a connection for about 15
/// minutes, and each request on it times out.
/// </summary>
internal static class KeepAlive
{
    /// <summary>How long a connection may be idle before it is probed, in seconds.</summary>
    private const int Idle = 5;

    /// <summary>The time between two probes, in seconds.</summary>
    private const int Interval = 2;

    /// <summary>The number of probes without a response after which the connection is closed.</summary>
    private const int Probes = 3;

    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>How long data may stay unacknowledged, in milliseconds (RFC 5482; tcp(7), TCP_USER_TIMEOUT).</summary>
    private static readonly int UnacknowledgedLimit = 10_000;

    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Idle);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Interval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);

        // No probes are sent while data is unacknowledged. This limit, which only Linux has, covers that case.
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in UnacknowledgedLimit)));
    }
}
