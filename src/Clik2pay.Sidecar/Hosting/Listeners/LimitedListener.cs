using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>Closes connections above a limit as soon as they are accepted.</summary>
/// <param name="inner">The listener that accepts the connections.</param>
/// <param name="connections">The open connections and their limit, shared with other listeners.</param>
/// <param name="onRefused">Called for the first connection that one of these listeners closes.</param>
internal sealed class LimitedListener(IConnectionListener inner, OpenConnections connections, Action onRefused) : IConnectionListener
{
    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await inner.AcceptAsync(cancellationToken) is { } connection)
        {
            if (connections.TryAdd())
            {
                connection.ConnectionClosed.UnsafeRegister(static open => ((OpenConnections)open!).Remove(), connections);
                return connection;
            }

            if (connections.IsFirstRefusal())
                onRefused();

            // The next connection is accepted after this one is closed.
            await connection.DisposeAsync();
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
