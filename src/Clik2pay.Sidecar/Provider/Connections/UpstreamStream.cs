using System.Net.Sockets;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// A connection whose peer may respond and close before it reads the whole request, for instance because the body is too large. The HTTP
/// client fails at the first write that fails, although the response may be in the receive buffer. Therefore, a failed write is reported
/// only after a read has found no response. Nothing is written after a failed write, so no other request uses the connection.
/// </summary>
/// <param name="socket">The connected socket, which the stream owns.</param>
/// <param name="report">Called once: true when the connection is established, with TLS if used; false when it closes before that.</param>
internal sealed class UpstreamStream(Socket socket, Action<bool> report) : NetworkStream(socket, ownsSocket: true)
{
    private volatile IOException? writeFailure;
    private bool hasReported;

    /// <summary>Call this when the HTTP client has established the connection.</summary>
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

    /// <exception cref="RequestNotReadException">No response, or no more of it, can be read.</exception>
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
        catch (IOException e) when (e.InnerException is SocketException
        {
            SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted,
        })
        {
            writeFailure = e;
        }
    }
}
