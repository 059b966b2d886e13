using System.Text;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Learns from the HTTP client when it begins to write a request to a connection. The client has no event for that, but it asks for the
/// encoding of each header right before it writes the header, and hands over the request. All headers are written before the first byte is
/// sent, so an exception here keeps the request from being sent.
/// </summary>
internal static class SendTracker
{
    /// <summary>The encoding of request headers: each byte goes out as it came in.</summary>
    /// <exception cref="HttpIOException">The client is about to send a request again that must be sent once.</exception>
    public static Encoding SelectEncoding(string header, HttpRequestMessage request)
    {
        // Every request has this header exactly once, and it comes before the headers of the content.
        if (string.Equals(header, CredentialHeaders.ApiKey, StringComparison.Ordinal))
            BeginWrite(request);
        return Encoding.Latin1;
    }

    private static void BeginWrite(HttpRequestMessage request)
    {
        if (request.RequestUri is not UpstreamAddress { Exchange: var exchange })
            throw new InvalidOperationException("The request has no exchange.");

        if (exchange.Writes >= MostWrites(request))
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The HTTP client tried to send the request again.");

        exchange.BeginWrite();

        // The client gives every content a length. It has passed that check, and the content's headers are written after this one.
        if (exchange.OmitsContentLength && request.Content is { } content)
            content.Headers.ContentLength = null;
    }

    /// <summary>
    /// The client repeats a request by itself when the connection ends before the response: a request without content, and one with
    /// <c>Expect: 100-continue</c>. A proxy must not repeat what is not safe (RFC 9110, section 9.2.2). Only an HTTP proxy that asks for
    /// credentials (407) gets the request again, because it has not forwarded it. The credentials in it are then the client's: those of the
    /// caller were removed.
    /// </summary>
    private static int MostWrites(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head ? int.MaxValue
        : request.Headers.NonValidated.Contains("Proxy-Authorization") ? 2
        : 1;
}
