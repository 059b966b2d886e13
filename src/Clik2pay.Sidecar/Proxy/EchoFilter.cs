using Clik2pay.Sidecar.Telemetry;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Drops what upstream sends back of the credentials it got: the caller is not to have them. Both are looked for as they were sent, and percent-encoded.</summary>
internal sealed class EchoFilter(SidecarMetrics metrics)
{
    /// <param name="headers">Headers or trailers of an answer.</param>
    /// <param name="sent">What was sent with its request.</param>
    public void Apply(IHeaderDictionary headers, SentCredentials sent)
    {
        List<string>? echoes = null;
        using (var all = new HeaderSnapshot(headers))
        {
            foreach (var (name, values) in all.Headers)
            {
                if (IsIn(name, sent) || IsIn(values, sent))
                    (echoes ??= []).Add(name);
            }
        }

        if (echoes is null)
            return;

        foreach (var name in echoes)
        {
            headers.Remove(name);
            metrics.UpstreamHeaderDropped();
        }
    }

    /// <summary>Decoded where there is something to decode: whatever an encoder escapes, and in whichever case, is then the same.</summary>
    public static bool IsIn(string? text, SentCredentials sent) =>
        text is not null && (sent.AreIn(text) || (text.Contains('%') && sent.AreIn(Uri.UnescapeDataString(text))));

    private static bool IsIn(StringValues values, SentCredentials sent)
    {
        foreach (var value in values)
        {
            if (IsIn(value, sent))
                return true;
        }

        return false;
    }
}
