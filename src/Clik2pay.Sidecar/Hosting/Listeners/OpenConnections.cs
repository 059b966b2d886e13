namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>The number of open connections to the listeners that share a limit.</summary>
/// <param name="limit">The maximum number, 1 or more.</param>
internal sealed class OpenConnections(int limit)
{
    private int open;
    private int hasReported;

    public int Limit => limit;

    public int Count => Volatile.Read(ref open);

    /// <summary>Counts a connection, unless the limit is reached.</summary>
    public bool TryAdd()
    {
        // A refused connection is never counted. Otherwise, it could keep another listener from accepting the last connection.
        for (var count = Volatile.Read(ref open); count < limit; count = Volatile.Read(ref open))
        {
            if (Interlocked.CompareExchange(ref open, count + 1, count) == count)
                return true;
        }

        return false;
    }

    public void Remove() => Interlocked.Decrement(ref open);

    /// <summary>Whether a refused connection is the first one. Only the first one is logged.</summary>
    public bool IsFirstRefusal() => Interlocked.Exchange(ref hasReported, 1) == 0;
}
