using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>
/// The bound <c>epoll</c>: an epoll loop on a thread for each processor, without an HTTP server or asynchronous code. The threads get the
/// connections in turn. Only for the benchmarks.
/// </summary>
internal static class EpollServer
{
    /// <summary>Accepts connections until the process ends. Each accepted connection has its own connection to the upstream.</summary>
    public static void Run(Uri listen, Uri upstream)
    {
        var loops = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => EpollLoop.Start()).ToArray();
        var address = new IPEndPoint(IPAddress.Parse(upstream.Host), upstream.Port);
        using var listener = CreateSocket();
        listener.Bind(new IPEndPoint(IPAddress.Parse(listen.Host), listen.Port));
        listener.Listen();
        for (var next = 0; ; next = (next + 1) % loops.Length)
        {
            var caller = listener.Accept();
            caller.NoDelay = true;
            var connection = CreateSocket();
            connection.Connect(address);
            loops[next].Add(new(caller, connection));
        }
    }

    private static Socket CreateSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
