using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Networking;

/// <summary>
/// Opens TCP connections. Tries every address of a name, and uses the first that connects (Happy Eyeballs, RFC 8305, sections 4 and 5). The
/// next attempt starts after 250 ms, or as soon as an attempt fails. The address that worked last comes first.
/// </summary>
/// <param name="time">The clock for the delay.</param>
/// <param name="resolver">Null for the system's resolver.</param>
internal sealed class TcpConnector(TimeProvider time, NameResolver? resolver = null)
{
    /// <summary>
    /// The maximum number of concurrent attempts in the process, not counting the first attempt of each call. Each attempt needs an open
    /// file.
    /// </summary>
    public const int MaxFurtherAttempts = 16;

    /// <summary>The Connection Attempt Delay of RFC 8305, section 8.</summary>
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private const int MaxRanks = 1000;

    /// <summary>
    /// Addresses are tried from the highest rank to the lowest: the last that worked, others that worked, unknown, failed, the last that
    /// failed.
    /// </summary>
    private readonly ConcurrentDictionary<(string Host, IPAddress Address), long> ranks = new();

    private readonly NameResolver resolver = resolver ?? new();

    private long reports;
    private int furtherAttempts;

    /// <exception cref="SocketException">The name does not resolve, or no address could be connected to.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
        await ConnectAsync(await ResolveAsync(host, cancellationToken), port, cancellationToken);

    /// <returns>The addresses in the order in which to try them.</returns>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = await resolver.ResolveAsync(host, cancellationToken);
        return addresses.Length == 1
            ? addresses
            : Interleave(addresses).OrderByDescending(address => ranks.GetValueOrDefault((host, address))).ToList();
    }

    /// <exception cref="SocketException">No address could be connected to. The exception is that of the first failed attempt.</exception>
    public Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken) =>
        addresses.Count == 1 ? Start(addresses[0], port, cancellationToken).Connecting : RaceAsync(addresses, port, cancellationToken);

    /// <summary>
    /// Records whether a connection to an address could be used. An address that accepts connections but completes no TLS handshake is
    /// tried after all others. Otherwise, such an address would win every race, and every call would fail.
    /// </summary>
    public void Report(string host, EndPoint? remote, bool works)
    {
        if (remote is not IPEndPoint { Address: var address })
            return;

        if (ranks.Count >= MaxRanks)
            ranks.Clear();
        var report = Interlocked.Increment(ref reports);
        ranks[(host, address)] = works ? report : -report;
    }

    /// <summary>
    /// Keeps the system's order (RFC 6724) and interleaves the address families, so that a broken family costs one attempt.
    /// </summary>
    private static List<IPAddress> Interleave(IPAddress[] addresses)
    {
        var firstFamily = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily));
        var otherFamily = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily));
        var ordered = new List<IPAddress>(addresses.Length);
        while (ordered.Count < addresses.Length)
        {
            if (firstFamily.TryDequeue(out var first))
                ordered.Add(first);
            if (otherFamily.TryDequeue(out var other))
                ordered.Add(other);
        }

        return ordered;
    }

    private async Task<Socket> RaceAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        var running = new List<Attempt>(addresses.Count);
        var slots = 0;
        try
        {
            Exception? failure = null;
            var next = 0;
            while (next < addresses.Count || running.Count > 0)
            {
                if (next < addresses.Count)
                {
                    // Without a free slot, the oldest attempt is abandoned, so that every address is tried.
                    if (running.Count > slots && TryTakeSlot())
                        slots++;
                    else if (running.Count > slots)
                        AbandonOldest(running);
                    running.Add(Start(addresses[next++], port, cancellationToken));
                }

                // After the delay, the next attempt starts while earlier attempts are still running.
                Task[] delay = next < addresses.Count ? [Task.Delay(AttemptDelay, time, cancellationToken)] : [];
                var ended = await Task.WhenAny([.. running.Select(attempt => attempt.Connecting), .. delay]);
                if (running.FindIndex(attempt => attempt.Connecting == ended) is not (>= 0 and var index))
                    continue;

                var attempt = running[index];
                running.RemoveAt(index);
                if (attempt.Connecting.IsCompletedSuccessfully)
                    return await attempt.Connecting;

                failure ??= attempt.Connecting.Exception?.InnerException;
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw failure ?? new SocketException((int)SocketError.HostNotFound);
        }
        finally
        {
            while (running.Count > 0)
                AbandonOldest(running);
            Interlocked.Add(ref furtherAttempts, -slots);
        }
    }

    private bool TryTakeSlot()
    {
        if (Interlocked.Increment(ref furtherAttempts) <= MaxFurtherAttempts)
            return true;

        Interlocked.Decrement(ref furtherAttempts);
        return false;
    }

    private static Attempt Start(IPAddress address, int port, CancellationToken cancellationToken)
    {
        try
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            return new(ConnectAsync(socket, address, port, cancellationToken), socket);
        }
        catch (SocketException e)
        {
            return new(Task.FromException<Socket>(e), Socket: null);
        }
    }

    /// <summary>
    /// Stops the oldest attempt. Closes its socket at once, because a cancellation would close it later. If many calls abandon an attempt
    /// at the same moment, both their old and their new sockets would be open.
    /// </summary>
    private static void AbandonOldest(List<Attempt> running)
    {
        var (connecting, socket) = running[0];
        running.RemoveAt(0);
        socket?.Dispose();
        _ = connecting.ContinueWith(static abandoned => _ = abandoned.Exception, TaskScheduler.Default);
    }

    /// <exception cref="SocketException">The address could not be connected to.</exception>
    private static async Task<Socket> ConnectAsync(Socket socket, IPAddress address, int port, CancellationToken cancellationToken)
    {
        try
        {
            KeepAlive.Configure(socket);
            await socket.ConnectAsync(address, port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private readonly record struct Attempt(Task<Socket> Connecting, Socket? Socket);
}
