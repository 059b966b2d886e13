using System.Net.Sockets;

namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// A connection whose peer may respond and close before it has read the whole request, for instance to a body that is too large. The HTTP
/// client sends the whole request before it reads, and gives up at the first failure to write. Here such a failure is kept until the client
/// has looked for a response, which is then still in the receive buffer. Nothing is written after it, so no other request uses the connection.
/// </summary>
/// <param name="socket">The connected socket, which the stream owns.</param>
/// <param name="report">Called once: whether the connection was established, with TLS if there is any, before it was closed.</param>
internal sealed class UpstreamStream(Socket socket, Action<bool> report) : NetworkStream(socket, ownsSocket: true)
{
    private volatile IOException? writeFailure;
    private bool hasReported;

    /// <summary>The HTTP client has established the connection.</summary>
    public void SetEstablished() => Report(isEstablished: true);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (writeFailure is not null)
            return default;

        var write = base.WriteAsync(buffer, cancellationToken);
        return write.IsCompletedSuccessfully ? write : KeepFailureAsync(write);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        writeFailure is null ? base.ReadAsync(buffer, cancellationToken) : ReadResponseAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Report(isEstablished: false);
        base.Dispose(disposing);
    }

    private void Report(bool isEstablished)
    {
        if (!Interlocked.Exchange(ref hasReported, true))
            report(isEstablished);
    }

    /// <exception cref="RequestNotReadException">There is no response, or no more of it.</exception>
    private async ValueTask<int> ReadResponseAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await base.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            throw new RequestNotReadException(writeFailure!);
        }

        return count > 0 || buffer.IsEmpty ? count : throw new RequestNotReadException(writeFailure!);
    }

    private async ValueTask KeepFailureAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted })
        {
            writeFailure = e;
        }
    }
}
