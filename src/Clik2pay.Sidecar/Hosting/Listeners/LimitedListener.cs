using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>Closes connections above a limit as soon as they are accepted.</summary>
/// <param name="inner">The listener that accepts the connections.</param>
/// <param name="limit">The maximum number of open connections, 1 or more.</param>
/// <param name="onRefused">Called once, for the first connection that is closed.</param>
internal sealed class LimitedListener(IConnectionListener inner, int limit, Action onRefused) : IConnectionListener
{
    private int open;
    private bool hasRefused;

    public EndPoint EndPoint => inner.EndPoint;

    /// <summary>The server never calls this method concurrently.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await inner.AcceptAsync(cancellationToken) is { } connection)
        {
            if (Interlocked.Increment(ref open) <= limit)
            {
                connection.ConnectionClosed.UnsafeRegister(static self => Interlocked.Decrement(ref ((LimitedListener)self!).open), this);
                return connection;
            }

            Interlocked.Decrement(ref open);
            if (!hasRefused)
                onRefused();
            hasRefused = true;

            // The next connection is accepted after this one is closed.
            await connection.DisposeAsync();
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
