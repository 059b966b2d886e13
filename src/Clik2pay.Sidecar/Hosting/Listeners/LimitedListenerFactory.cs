using System.Net;
using Microsoft.AspNetCore.Connections;
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
    private int bound;

    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);

    /// <summary>The server binds the listeners in the order in which they were added: callers first, administration second.</summary>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = await sockets.BindAsync(endpoint, cancellationToken);
        return ++bound == 1
            ? new LimitedListener(listener, limits.Callers, () => log.CallersFull(limits))
            : new LimitedListener(listener, limits.Administration, () => log.AdministrationFull(limits));
    }
}
