using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Drops headers and trailers of the provider that contain control characters, or credentials of the request, literally or percent-encoded.
/// Headers and trailers that only the sidecar may send are dropped too.
/// </summary>
internal sealed class ResponseHeaderFilter(RequestMetrics metrics)
{
    /// <param name="headers">Headers or trailers of a response.</param>
    /// <param name="sent">The credentials of the request.</param>
    public void Apply(IHeaderDictionary headers, SentCredentials sent)
    {
        List<string>? dropped = null;
        using (var all = new HeaderSnapshot(headers))
        {
            foreach (var (name, values) in all.Headers)
            {
                if (SidecarHeaders.IsReserved(name) || MustDrop(name, sent) || MustDrop(values, sent))
                    (dropped ??= []).Add(name);
            }
        }

        if (dropped is null)
            return;

        foreach (var name in dropped)
        {
            headers.Remove(name);
            metrics.UpstreamHeaderDropped();
        }
    }

    /// <param name="text">A name, a value or a reason phrase.</param>
    /// <param name="sent">The credentials of the request.</param>
    public static bool MustDrop(string? text, SentCredentials sent) =>
        text is not null && (text.AsSpan().ContainsAny(ControlCharacters.InHeaderValues) || Contains(text, sent));

    /// <summary>Decodes the text, because credentials can be percent-encoded in many ways.</summary>
    private static bool Contains(string text, SentCredentials sent) =>
        sent.AreIn(text) || (text.Contains('%', StringComparison.Ordinal) && sent.AreIn(Uri.UnescapeDataString(text)));

    private static bool MustDrop(StringValues values, SentCredentials sent)
    {
        foreach (var value in values)
        {
            if (MustDrop(value, sent))
                return true;
        }

        return false;
    }
}
