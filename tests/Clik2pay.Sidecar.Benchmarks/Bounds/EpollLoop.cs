using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>A thread that forwards the data that arrives on its connections. See epoll(7).</summary>
internal sealed partial class EpollLoop
{
    private const int MaxEvents = 256;
    private const int ControlAdd = 1;
    private const int EventIn = 1;
    private const int NoTimeout = -1;

    /// <summary>
    /// The size of <c>struct epoll_event</c> in units of 32 bits, and the offset of its data. The structure is packed only on x64.
    /// </summary>
    private static readonly (int Size, int Data) Event = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (3, 1) : (4, 2);

    private readonly int epoll = Create(0);

    /// <summary>The key is the descriptor of one of the two sockets, so each connection has two entries.</summary>
    private readonly ConcurrentDictionary<int, ForwardedConnection> connections = new();

    public static EpollLoop Start()
    {
        var loop = new EpollLoop();
        new Thread(loop.Run) { IsBackground = true }.Start();
        return loop;
    }

    public void Add(ForwardedConnection connection)
    {
        foreach (var descriptor in connection.Descriptors)
            connections[descriptor] = connection;

        // The caller's socket is last. Once it is registered, the loop can close both sockets at any time.
        foreach (var descriptor in connection.Descriptors.Reverse())
        {
            var added = new int[Event.Size];
            added[0] = EventIn;
            added[Event.Data] = descriptor;
            if (Control(epoll, ControlAdd, descriptor, added) != 0)
                throw new InvalidOperationException("epoll_ctl failed.");
        }
    }

    private void Run()
    {
        var events = new int[MaxEvents * Event.Size];
        var ended = new List<ForwardedConnection>();
        while (true)
        {
            var count = Wait(epoll, events, MaxEvents, NoTimeout);
            for (var i = 0; i < count; i++)
            {
                var descriptor = events[(i * Event.Size) + Event.Data];
                if (connections.TryGetValue(descriptor, out var connection) && !connection.Forward(descriptor))
                    ended.Add(connection);
            }

            // Connections are removed only after the last event. Otherwise, a new connection could get the same descriptors, and the
            // remaining events would be attributed to the new connection.
            foreach (var connection in ended)
                Remove(connection);
            ended.Clear();
        }
    }

    private void Remove(ForwardedConnection connection)
    {
        // Both sockets can report the end in the same batch of events.
        if (!connections.ContainsKey(connection.Descriptors[0]))
            return;
        foreach (var descriptor in connection.Descriptors)
            connections.TryRemove(descriptor, out _);
        connection.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int Control(int epoll, int operation, int descriptor, int[] added);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(int epoll, int[] events, int maxEvents, int timeout);
}
