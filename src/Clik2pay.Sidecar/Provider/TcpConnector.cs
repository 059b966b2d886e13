using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// Opens TCP connections. Every address of a name is tried: the one that worked last first, each further one 250 ms later or as soon as an
/// earlier one fails. The first connection wins (Happy Eyeballs, RFC 8305, sections 4 and 5).
/// </summary>
internal sealed class TcpConnector(TimeProvider time)
{
    /// <summary>The Connection Attempt Delay of RFC 8305, section 8.</summary>
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, IPAddress> lastWorking = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="SocketException">The name does not resolve, or no address could be connected to.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
        await ConnectAsync(host, await ResolveAsync(host, cancellationToken), port, cancellationToken);

    /// <returns>The addresses in the order in which they are to be tried.</returns>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        // The system's resolver cannot be interrupted, and takes 10 s or more when no name server responds. It goes on by itself.
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken);
        return addresses.Length == 1 ? addresses : InOrder(addresses, lastWorking.GetValueOrDefault(host));
    }

    /// <exception cref="SocketException">Why the first of the addresses could not be connected to.</exception>
    public async Task<Socket> ConnectAsync(string host, IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        if (addresses.Count == 1)
            return await AttemptAsync(addresses[0], port, cancellationToken);

        var socket = await RaceAsync(addresses, port, cancellationToken);
        if (socket.RemoteEndPoint is IPEndPoint { Address: var address })
            lastWorking[host] = address;
        return socket;
    }

    /// <summary>The order of the system (RFC 6724) with its address families interleaved, so that a broken one costs one attempt.</summary>
    private static List<IPAddress> InOrder(IPAddress[] addresses, IPAddress? preferred)
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

        if (preferred is not null && ordered.Remove(preferred))
            ordered.Insert(0, preferred);
        return ordered;
    }

    private async Task<Socket> RaceAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>(addresses.Count);
        Exception? failure = null;
        var next = 0;
        while (next < addresses.Count || running.Count > 0)
        {
            if (next < addresses.Count)
                running.Add(AttemptAsync(addresses[next++], port, race.Token));

            // When the delay is over, the next address gets its turn beside those that are still running.
            Task[] delay = next < addresses.Count ? [Task.Delay(AttemptDelay, time, race.Token)] : [];
            if (await Task.WhenAny([.. running, .. delay]) is not Task<Socket> attempt)
                continue;

            running.Remove(attempt);
            if (attempt.IsCompletedSuccessfully)
            {
                await race.CancelAsync();
                running.ForEach(CloseWhenConnected);
                return await attempt;
            }

            failure ??= attempt.Exception?.InnerException;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>An attempt that lost the race may have connected at the same moment.</summary>
    private static void CloseWhenConnected(Task<Socket> attempt) => _ = attempt.ContinueWith(
        static lost =>
        {
            if (lost.IsCompletedSuccessfully)
                lost.Result.Dispose();
            else
                _ = lost.Exception;
        },
        TaskScheduler.Default);

    private static async Task<Socket> AttemptAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
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
}
