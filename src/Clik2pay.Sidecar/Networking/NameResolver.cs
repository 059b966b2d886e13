using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Networking;

/// <summary>
/// Resolves host names. The system's resolver (getaddrinfo) blocks its thread, for 10 s or more if no name server responds. On a thread of
/// the pool, names that do not resolve would block the requests to all other names. Therefore each lookup has a thread of its own, and
/// each name has at most one lookup at a time, which concurrent callers share.
/// </summary>
/// <param name="lookup">Blocks until the addresses of a name are known. Null for the system's resolver.</param>
internal sealed class NameResolver(Func<string, IPAddress[]>? lookup = null)
{
    private readonly Func<string, IPAddress[]> lookup = lookup ?? Dns.GetHostAddresses;
    private readonly Dictionary<string, Task<IPAddress[]>> running = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock access = new();

    /// <summary>After a cancellation, the lookup continues in the background.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        // The system's resolver refuses 0.0.0.0 and ::, because they are not valid destinations.
        if (IPAddress.TryParse(host, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
            return Task.FromResult<IPAddress[]>([address]);

        lock (access)
        {
            if (!running.TryGetValue(host, out var resolving))
            {
                // The flow of the context would put the spans of other callers below the first caller's span.
                using var separate = ExecutionContext.SuppressFlow();
                resolving = Task.Factory.StartNew(
                    () => Lookup(host),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously,
                    TaskScheduler.Default);
                _ = resolving.ContinueWith(
                    static abandoned => _ = abandoned.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted,
                    TaskScheduler.Default);
                running.Add(host, resolving);
            }

            return resolving.WaitAsync(cancellationToken);
        }
    }

    private IPAddress[] Lookup(string host)
    {
        try
        {
            return lookup(host);
        }
        finally
        {
            lock (access)
                running.Remove(host);
        }
    }
}
