using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>
/// The user and the primary group of the process that connected to a Unix socket (Linux). The system records them when the process
/// connects (SO_PEERCRED in https://man7.org/linux/man-pages/man7/unix.7.html).
/// </summary>
internal sealed record PeerCredentials(uint Uid, uint Gid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Reads the credentials once, and adds them to the features of the connection's requests.</summary>
    public static void AddTo(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket
            && Read(socket) is { } peer)
        {
            connection.Features.Set(peer);
        }
    }

    /// <returns>Null if the system does not report the credentials. A caller that needs them is not recognized then.</returns>
    private static PeerCredentials? Read(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length
                ? new(MemoryMarshal.Read<uint>(credentials[4..]), MemoryMarshal.Read<uint>(credentials[8..]))
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
