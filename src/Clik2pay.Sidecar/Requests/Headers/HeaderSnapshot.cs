using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>The headers of a request or an answer, in an array that is borrowed: the server's own enumerator is an object each time, and slower.</summary>
internal readonly ref struct HeaderSnapshot
{
    private readonly KeyValuePair<string, StringValues>[] borrowed;
    private readonly int count;

    public HeaderSnapshot(IHeaderDictionary headers)
    {
        count = headers.Count;
        borrowed = ArrayPool<KeyValuePair<string, StringValues>>.Shared.Rent(count);
        headers.CopyTo(borrowed, 0);
    }

    public ReadOnlySpan<KeyValuePair<string, StringValues>> Headers => borrowed.AsSpan(0, count);

    /// <summary>Gives the array back, and nothing of the request in it.</summary>
    public void Dispose() => ArrayPool<KeyValuePair<string, StringValues>>.Shared.Return(borrowed, clearArray: true);
}
