using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Requests that are refused because servers could disagree on where the body ends.</summary>
public static class RefusedFraming
{
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> All { get; } =
    [
        // Two lengths, or a header that a server could read as a length.
        .. new[]
        {
            "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer_Encoding: chunked\r\nContent-Length: 5", "Transfer--Encoding: chunked\r\nContent-Length: 5",
            "TransferEncoding: chunked\r\nContent-Length: 5", "Transfer.Encoding: chunked\r\nContent-Length: 5",
            "_Transfer-Encoding: chunked\r\nContent-Length: 5", "transfer-encoding_: chunked\r\nContent-Length: 5",
            "TRANSFER_ENCODING: chunked", "Content_Length: 5\r\nContent-Length: 5", "ContentLength: 5\r\nContent-Length: 5",
            "Content--Length: 5\r\nContent-Length: 5", "content.length: 5", "Content-Length-: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nTransfer_Encoding: x",
        }.Select(headers => (Post(headers, "0\r\n\r\n"), 400, "bad_request", "framing")),
        ($"POST /open/v1/a HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request", "framing"),

        // Transfer codings.
        .. new[]
        {
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: identity, chunked", "Transfer-Encoding: \"chunked\", chunked",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
        }.Select(headers => (Post(headers, "0\r\n\r\n"), 501, "bad_request", "framing")),
        .. new[]
        {
            "Transfer-Encoding: identity", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding:",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;q=1", "Transfer-Encoding : chunked",
            "Transfer-Encoding: chunked\u00a0",

            // Lengths.
            "Content-Length: 2\r\nContent-Length: 3", "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5",
            "Content-Length: +5",
            "Content-Length: -0", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5.0", "Content-Length: 5e0",
            "Content-Length: \"5\"",
            "Content-Length: 00000000000000000000005", "Content-Length: 99999999999999999999", "Content-Length:",
            "Content-Length: 5 5",
            "Content-Length : 5", " Content-Length: 5", "Content-Length: \u0665", "Content-Length: 5,", "Content-Length: 5\0",
        }.Select(headers => (Post(headers, "0\r\n\r\n"), 400, "bad_request", "malformed")),

        // A body in a GET or HEAD request.
        .. new[] { "GET", "HEAD" }.SelectMany(method => new[]
        {
            $"{method} /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 5\r\n\r\nhello",
            $"{method} /open/v1/a HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            $"{method} /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 37\r\n\r\nGET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n",
            $"{method} /open/v1/a HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\n11170\r\n{new string('a', 70_000)}\r\n0\r\n\r\n",
        }).Select(request => (request, 400, "bad_request", "framing")),

        // Chunks.
        .. new[]
        {
            "zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}XX0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n",
            "0x2\r\n{}\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFE\r\n{}\r\n0\r\n\r\n", "80000000\r\n{}\r\n0\r\n\r\n",
            "2\n{}\n0\n\n",
            "2\r\n{}\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "\r\n2\r\n{}\r\n0\r\n\r\n", " 2\r\n{}\r\n0\r\n\r\n", "2 \r\n{}\r\n0\r\n\r\n",
            "2_\r\n{}\r\n0\r\n\r\n",
            "2\r{}\r\n0\r\n\r\n", "2\r\n{}\r\n\r\n0\r\n\r\n", ";a\r\n{}\r\n0\r\n\r\n", "2\0\r\n{}\r\n0\r\n\r\n",
            "2,2\r\n{}\r\n0\r\n\r\n",
            "2;a\nb\r\n{}\r\n0\r\n\r\n", "2;a\rb\r\n{}\r\n0\r\n\r\n", "2;\n{}\r\n0\r\n\r\n", "2;a\r\r\n{}\r\n0\r\n\r\n",
        }.Select(body => (Post("Transfer-Encoding: chunked", body), 400, "bad_request", "malformed")),

        // Control characters in chunk extensions and trailers.
        .. Controls.Where(c => c is not ('\t' or '\r' or '\n')).SelectMany(c => new[]
        {
            $"2;a{c}b=1\r\n{{}}\r\n0\r\n\r\n", $"2\r\n{{}}\r\n0;{c}\r\n\r\n", $"2\r\n{{}}\r\n0\r\nX-Trailer: a{c}b\r\n\r\n",
        }).Select(body => (Post("Transfer-Encoding: chunked", body), 400, "bad_request", "malformed")),

        // Trailers.
        .. new[]
        {
            "X-T:\0v\r\n\r\n", "X T: v\r\n\r\n", ": v\r\n\r\n", "X-T\r\n\r\n", "X-T: v\r\n folded\r\n\r\n", " X-T: v\r\n\r\n",
            "X-T: v\n\r\n",
            "X-T: a\rb\r\n\r\n", "X-T : v\r\n\r\n", "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        }.Select(trailers => (Post("Transfer-Encoding: chunked", $"2\r\n{{}}\r\n0\r\n{trailers}"), 400, "bad_request", "malformed")),

        (Post("Content-Length: 30000001", ""), 413, "bad_request", "body_too_large"),
        (Post("Content-Length: 9223372036854775807\r\nExpect: 100-continue", ""), 413, "bad_request", "body_too_large"),
    ];

    private static string Post(string headers, string body) => $"POST /open/v1/a HTTP/1.1\r\n{Host}{headers}\r\n\r\n{body}";
}
