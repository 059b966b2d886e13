using System.Text;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Tracks when the HTTP client begins to write a request to a connection. The client has no event for that, but it calls the selector for
/// the encoding of each header right before it writes the header. It buffers the headers before it sends the first byte, so an exception
/// here prevents the request from being sent.
/// </summary>
internal static class SendTracker
{
    /// <summary>Selects Latin-1 for every request header, which keeps each byte as it was received.</summary>
    /// <exception cref="HttpIOException">The client is about to repeat a request that must be sent once.</exception>
    public static Encoding SelectEncoding(string header, HttpRequestMessage request)
    {
        // Every request has exactly one x-api-key header, which comes before the headers of the content.
        if (string.Equals(header, CredentialHeaders.ApiKey, StringComparison.Ordinal))
            BeginWrite(request);
        return Encoding.Latin1;
    }

    private static void BeginWrite(HttpRequestMessage request)
    {
        if (request.RequestUri is not UpstreamAddress { Exchange: var exchange })
            throw new InvalidOperationException("The request has no exchange.");

        if (exchange.Writes >= MaxWrites(request))
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The HTTP client tried to send the request again.");

        exchange.BeginWrite();

        // The client adds a length to every content before this point, and writes the content's headers after it.
        if (exchange.OmitsContentLength && request.Content is { } content)
            content.Headers.ContentLength = null;
    }

    /// <summary>
    /// When a connection closes before the response, the client itself repeats a request without content and one with <c>Expect:
    /// 100-continue</c>. A proxy must not repeat a request that is not idempotent (RFC 9110, section 9.2.2). The sidecar allows repeats of
    /// GET and HEAD only. The exception is an HTTP proxy that requires credentials (407), which has not forwarded the request. The
    /// Proxy-Authorization header then comes from the client, because the caller's was removed.
    /// </summary>
    private static int MaxWrites(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head ? int.MaxValue
        : request.Headers.NonValidated.Contains("Proxy-Authorization") ? 2
        : 1;
}
