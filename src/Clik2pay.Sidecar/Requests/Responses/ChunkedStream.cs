using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Writes an answer's body in chunks (RFC 9112, section 7.1) and its trailers behind them. The server does the same for bodies without a
/// length, but has no trailers in HTTP/1.1.
/// </summary>
internal sealed class ChunkedStream(PipeWriter output) : AsyncStream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // An empty chunk would be the end.
        if (buffer.IsEmpty)
            return;

        Write(string.Create(CultureInfo.InvariantCulture, $"{buffer.Length:x}\r\n"));
        output.Write(buffer.Span);
        Write("\r\n");
        await output.FlushAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes the end. Without it the caller knows that the answer broke off.</summary>
    public async Task EndAsync(IHeaderDictionary trailers, CancellationToken cancellationToken)
    {
        Write("0\r\n");
        foreach (var (name, values) in trailers)
        {
            foreach (var value in values)
                Write($"{name}: {value}\r\n");
        }

        Write("\r\n");
        await output.FlushAsync(cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken).AsTask();

    private void Write(string text) => Encoding.Latin1.GetBytes(text, output);
}
