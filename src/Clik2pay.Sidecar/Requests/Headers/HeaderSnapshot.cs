using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>
/// Copies the headers of a request or a response to a pooled array. The enumerator of <see cref="IHeaderDictionary"/> is slower, and
/// allocates an object for each use.
/// </summary>
internal readonly ref struct HeaderSnapshot
{
    private readonly KeyValuePair<string, StringValues>[] rented;
    private readonly int count;

    public HeaderSnapshot(IHeaderDictionary headers)
    {
        count = headers.Count;
        rented = ArrayPool<KeyValuePair<string, StringValues>>.Shared.Rent(count);
        headers.CopyTo(rented, 0);
    }

    public ReadOnlySpan<KeyValuePair<string, StringValues>> Headers => rented.AsSpan(0, count);

    /// <summary>Returns the array to the pool, cleared.</summary>
    public void Dispose() => ArrayPool<KeyValuePair<string, StringValues>>.Shared.Return(rented, clearArray: true);
}
