using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>
/// Limits the number of connections when they are accepted. The server's own limit applies later. Until then, many connections at once
/// could use up the open files. The server would then retry the accept in a loop, on the threads that have to close connections.
/// </summary>
internal sealed class LimitedListenerFactory(
    IOptions<SocketTransportOptions> options, ConnectionLimits limits, ILoggerFactory logging, ILogger<ConnectionLimits> log)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory sockets = new(options, logging);
    private readonly OpenConnections administration = new(limits.Administration);
    private readonly List<(ListenOptions Listen, string AddressKey, bool IsAdministration)> listeners = [];

    /// <summary>The connections to all callers' listeners together.</summary>
    public OpenConnections Callers { get; } = new(limits.Callers);

    /// <summary>Adds a callers' listener. All callers' listeners share one limit, because they share the open files.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="addressKey">The setting with the listener's address, for the log.</param>
    public void AddCallers(ListenOptions listen, string addressKey) => listeners.Add((listen, addressKey, IsAdministration: false));

    /// <summary>Adds the administration listener, which has a limit of its own.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="addressKey">The setting with the listener's address, for the log.</param>
    public void AddAdministration(ListenOptions listen, string addressKey) => listeners.Add((listen, addressKey, IsAdministration: true));

    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);

    /// <exception cref="InvalidOperationException">The listener was not added, so its limit is unknown.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        // Two listeners with port 0 have equal end points until they are bound.
        var (_, addressKey, isAdministration) = listeners.Single(listener => ReferenceEquals(listener.Listen.EndPoint, endpoint));
        var listener = await sockets.BindAsync(endpoint, cancellationToken);
        return isAdministration
            ? new LimitedListener(listener, administration, () => log.AdministrationFull(addressKey, limits))
            : new LimitedListener(listener, Callers, () => log.CallersFull(addressKey, limits));
    }
}
