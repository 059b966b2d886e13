using System.Net;
using System.Net.Http.Headers;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// A request's body that was read to its end before anything was sent, and can be sent again. It is sent with the framing that the caller
/// used.
/// </summary>
internal sealed class BufferedBody : HttpContent
{
    public static readonly HttpRequestOptionsKey<BufferedBody> Key = new(nameof(BufferedBody));

    private readonly ReadOnlyMemory<byte> body;
    private readonly bool isSized;

    public BufferedBody(ReadOnlyMemory<byte> body, bool isSized, HttpContentHeaders headers)
    {
        (this.body, this.isSized) = (body, isSized);
        foreach (var (name, values) in headers.NonValidated)
        {
            if (values.Count == 1)
                Headers.TryAddWithoutValidation(name, values.ToString());
            else
                Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(body, cancellationToken).AsTask();

    /// <summary>A body without a length is sent in chunks.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return isSized;
    }
}
