using System.Net;
using System.Net.Http.Headers;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>A request's body that was read whole before anything was sent, and can be sent again. On the wire it has the framing that the caller gave it.</summary>
internal sealed class KeptBody : HttpContent
{
    /// <summary>In bytes. What a caller may rely on for the replay after a 401; payment requests have a few kilobytes.</summary>
    public const int Limit = 64 * 1024;

    public static readonly HttpRequestOptionsKey<KeptBody> Key = new(nameof(KeptBody));

    private readonly ReadOnlyMemory<byte> body;
    private readonly bool isSized;

    public KeptBody(ReadOnlyMemory<byte> body, bool isSized, HttpContentHeaders headers)
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

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.WriteAsync(body, cancellationToken).AsTask();

    /// <summary>Without a length it is sent in chunks, as it came.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return isSized;
    }
}
