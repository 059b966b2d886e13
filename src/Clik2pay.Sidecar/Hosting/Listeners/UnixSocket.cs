using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>
/// Binds a Unix socket. Connections are refused until the mode of its file is set. A socket file that a killed process left behind is
/// replaced.
/// </summary>
internal static class UnixSocket
{
    /// <exception cref="SocketException">The address cannot be listened on. The message names the file.</exception>
    public static Socket Bind(EndPoint endPoint, UnixFileMode mode)
    {
        if (endPoint is not UnixDomainSocketEndPoint || endPoint.ToString() is not ['/', ..] path || OperatingSystem.IsWindows())
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

        if (IsLeftBehind(endPoint, path))
            File.Delete(path);

        var socket = Bind(endPoint, path);
        try
        {
            // The server listens later. Until then, the system refuses connections.
            File.SetUnixFileMode(path, mode);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Bind(EndPoint endPoint, string path)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && CanBeOpened(path))
        {
            throw new SocketException((int)SocketError.AddressNotAvailable, $"the file {path} is not a socket. Move or remove it");
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // The system's own message does not name the path.
            throw new SocketException(
                (int)e.SocketErrorCode, $"the directory of {path} does not exist, or this user may not write to it");
        }
    }

    /// <summary>Whether the file is a socket on which no process listens. Any other file is kept, and the start fails.</summary>
    private static bool IsLeftBehind(EndPoint endPoint, string path)
    {
        if (!File.Exists(path))
            return false;

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
            return false;
        }
        catch (SocketException e)
        {
            // A connection to a regular file is refused too. A regular file must not be deleted.
            return e.SocketErrorCode == SocketError.ConnectionRefused && !CanBeOpened(path);
        }
    }

    private static bool CanBeOpened(string path)
    {
        try
        {
            // Opens for reading and writing. Opening a named pipe only for reading would block until another process writes to the pipe.
            using var file = File.Open(path, FileMode.Open);
            return true;
        }
        catch (IOException)
        {
            // A socket cannot be opened (ENXIO).
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }
}
