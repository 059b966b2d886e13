using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Writes the body of a response in chunks (RFC 9112, section 7.1), and trailers after it.</summary>
/// <remarks>
/// Kestrel writes chunks by itself, but no trailers in HTTP/1.1: IHttpResponseTrailersFeature exists in HTTP/2 and HTTP/3 only
/// (https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.http.responsetrailerextensions.supportstrailers, and
/// https://github.com/aspnet/KestrelHttpServer/issues/622 for HTTP/1.1). Without this class the provider's trailers would be lost.
/// Kestrel writes no chunks of its own if the application sets Transfer-Encoding
/// (https://github.com/dotnet/aspnetcore/issues/24186 describes that behavior).
/// </remarks>
internal sealed class ChunkedStream(PipeWriter output) : AsyncStream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // An empty chunk would end the body.
        if (buffer.IsEmpty)
            return;

        Write(string.Create(CultureInfo.InvariantCulture, $"{buffer.Length:x}\r\n"));
        output.Write(buffer.Span);
        Write("\r\n");
        await output.FlushAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>
    /// Writes the last chunk and the trailers. Without the last chunk, the caller detects that the response is incomplete.
    /// </summary>
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
