using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Binds a Unix socket so that nobody can connect before its file has its mode, and not to be stopped by the file of a process that was killed.</summary>
internal static class UnixSocket
{
    public static Socket Bind(EndPoint endPoint, UnixFileMode mode)
    {
        if (endPoint is not UnixDomainSocketEndPoint || endPoint.ToString() is not ['/', ..] path || OperatingSystem.IsWindows())
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

        if (IsLeftBehind(endPoint, path))
            File.Delete(path);

        var socket = Bind(endPoint, path);
        try
        {
            // The server listens afterwards; until then the system refuses connections.
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
            throw new SocketException((int)SocketError.AddressNotAvailable, $"a file that is no socket lies at {path}; move it away");
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // The system's own words name no path.
            throw new SocketException((int)e.SocketErrorCode, $"the folder of {path} is not there, or this user may not write to it");
        }
    }

    /// <summary>A socket's file on which nobody listens. Any other file stays, and the start fails because of it.</summary>
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
            // Of a regular file connect says the same, and its content must not be lost.
            return e.SocketErrorCode == SocketError.ConnectionRefused && !CanBeOpened(path);
        }
    }

    private static bool CanBeOpened(string path)
    {
        try
        {
            // To write too: to read alone would wait at a named pipe until somebody writes.
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
