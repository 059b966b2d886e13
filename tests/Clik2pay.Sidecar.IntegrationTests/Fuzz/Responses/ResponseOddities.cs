namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>
/// Parts of responses that clients interpret differently or that attack a proxy. @ is replaced by a credential of the sidecar.
/// </summary>
internal static class ResponseOddities
{
    public static readonly string[] StatusLines =
    [
        "HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK",
        "HTTP/1.1 600 Odd", "HTTP/1.1 999 Odd", "HTTP/1.1 000 Odd", "HTTP/1.1 -20 OK", "HTTP/1.1 abc OK", "HTTP/2 200 OK",
        "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1\t200 OK", "", "HTTP/1.1 100 Continue",
        "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 102 Processing", "HTTP/1.1 103 Early Hints", "HTTP/1.1 199 Odd",
        "HTTP/1.1 204 No Content", "HTTP/1.1 205 Reset Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 407 Proxy",
        "HTTP/1.1 421 Misdirected", "HTTP/1.1 500 @", "HTTP/1.1 200 O\u0001K", "HTTP/1.1 200 O\u001b[2JK", "HTTP/1.1 200 O\u007fK",
        "HTTP/1.1 200 O\rK", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 caf\u00e9", "HTTP/1.1 200 O\tK", "HTTP/1.1 200 Bearer @",
    ];

    public static readonly string[] Lines =
    [
        "Clik2pay-Sidecar-Error: token_unavailable", "clik2pay-sidecar-error: upstream_timeout", "Clik2pay_Sidecar_Error: no_route",
        "X-Echo: @", "X-Echo: Bearer @", "X-@: 1", "Set-Cookie: t=@; Path=/", "Location: https://provider.example/?t=@",
        "WWW-Authenticate: Bearer error_description=\"@\"", "X-Long: aaaa @ bbbb", "Server: @", "Via: 1.1 @", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: CHUNKED",
        "Transfer_Encoding: chunked", "Content-Length: 0", "Content-Length: 5", "Content-Length: 5, 5", "Content-Length: +5",
        "Content-Length: -1", "Content-Length: 0x5", "Content-Length: 99999", "Content-Length: 18446744073709551621", "Content-Length:",
        "Content-Length : 5", "Content_Length: 5", "Connection: close", "Connection: keep-alive", "Connection: x-nominated",
        "X-Nominated: 1", "Connection: content-length", "Connection: clik2pay-sidecar-error, transfer-encoding", "Keep-Alive: timeout=0",
        "Proxy-Connection: close", "Upgrade: websocket", "Trailer: X-Checksum", "Alt-Svc: h3=\":443\"", "X-A: b\r\n folded", " X-A: b",
        "X A: b", ": b", "X-A", "X-A : b", "X-A: a\u0001b", "X-A: a\0b", "X-A: a\rb", "X-A: a\nb", "X-A: a\u001b[2Jb", "X-A: a\u007f",
        "X\u0001A: b", "X-\u00e9: b", "X[A]: b", "X-A: caf\u00e9 \u0080\u00ff", "Date: yesterday", "Date: Thu, 01 Jan 2032 12:00:00 GMT",
        "Content-Encoding: gzip", "Content-Type: \u0001", "Content-Type:", "Content-Range: bytes 0-1/2", "Age: -1", "Expires: 0",
        "Retry-After: soon", "ETag: \"", "Access-Control-Allow-Origin: *", "Refresh: 0; url=/@", "Set-Cookie:", "HTTP/1.1 200 OK",
    ];

    public static readonly string[] ChunkedBodies =
    [
        "4;a=b\r\ndone\r\n0\r\n\r\n", "4\r\ndone\r\n0;x\r\n\r\n", "4;\u0001\r\ndone\r\n0\r\n\r\n", "04\r\ndone\r\n00\r\n\r\n",
        "4 \r\ndone\r\n0\r\n\r\n", "4\ndone\n0\n\n", "4\r\ndone0\r\n\r\n", "4\r\ndonee\r\n0\r\n\r\n", "5\r\ndone\r\n0\r\n\r\n",
        "-4\r\ndone\r\n0\r\n\r\n", "0x4\r\ndone\r\n0\r\n\r\n", "g\r\ndone\r\n0\r\n\r\n", "\r\ndone\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\ndone", "7fffffffffffffff\r\ndone\r\n0\r\n\r\n", "4\r\ndone\r\n", "4\r\ndone", "4\r\ndo", "4", "",
        "0\r\n\r\n", "4\r\ndone\r\n0\r\nX-Checksum: 1\r\n\r\n", "4\r\ndone\r\n0\r\nClik2pay-Sidecar-Error: no_route\r\n\r\n",
        "4\r\ndone\r\n0\r\nX-Echo: @\r\nX-Ok: 1\r\n\r\n", "4\r\ndone\r\n0\r\nX-@: 1\r\n\r\n", "4\r\ndone\r\n0\r\nX-A: a\u0001b\r\n\r\n",
        "4\r\ndone\r\n0\r\nX-A: a\0b\r\n\r\n", "4\r\ndone\r\n0\r\nX-A: a\r\n b\r\n\r\n", "4\r\ndone\r\n0\r\nX A: b\r\n\r\n",
        "4\r\ndone\r\n0\r\nX-A\r\n\r\n", "4\r\ndone\r\n0\r\nX-A: a\rb\r\n\r\n", "4\r\ndone\r\n0\r\nX-A: a\nb: c\r\n\r\n",
        "4\r\ndone\r\n0\r\nContent-Length: 9\r\n\r\n", "4\r\ndone\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "4\r\ndone\r\n0\r\nSet-Cookie: a=@\r\n\r\n", "4\r\ndone\r\n0\r\nX-Nominated: 1\r\n\r\n", "4\r\ndone\r\n0\r\n\n",
        "4\r\ndone\r\n0\r\n", "4\r\ndone\r\n0\r\nX\u0001: a\r\n\r\n",
    ];

    /// <summary>Bytes after a response. The sidecar must not use the connection again.</summary>
    public static readonly string[] Extras =
    [
        "HTTP/1.1 200 OK\r\nX-Script: 0\r\nContent-Length: 8\r\n\r\nleftover", "leftover", "\r\n", "\0", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
    ];
}
