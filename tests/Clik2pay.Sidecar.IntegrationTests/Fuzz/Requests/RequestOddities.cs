namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>Parts of requests that servers interpret differently or that attack a proxy. * is replaced by the request's marker.</summary>
internal static class RequestOddities
{
    public static readonly string[] Methods =
    [
        "get", "Get", "head", "Head", "HeAd", "post", "TRACE", "trace", "TRACK", "OPTIONS", "CONNECT", "PROPFIND", "PRI", "delete",
        "PATCH2", "G@T", "", " GET", "GET\t", "\u0001GET", "GET\0", "POST,GET", "PO ST", "QUERY",
    ];

    public static readonly string[] Versions =
    [
        "HTTP/1.0", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "HTTP/1.1\r", "HTTP/01.1", "HTTP/1.",
        "HTTP/11", "", "HTTP/1.1\t",
    ];

    public static readonly string[] Targets =
    [
        "/open/v1/../admin/*", "/open/v1/*/..", "/open/v1/*/.", "/open/v1/./*", "/open/v1/%2e%2e/*", "/open/v1/.%2E/*", "/open/v1/*/%2e",
        "/open/v1/..%2f*", "/open/v1/%2e%2e%2F*", "/open/v1/..;/*", "/open/v1/..;x=1/*", "/open/v1/..%3bx/*", "/open/v1/..\\*",
        "/open/v1/..%5c*", "/open/v1/*\\b", "/open/v1/*%5Cb", "/open/v1/*%255Cb", "/open/v1/%252e%252e/*", "/open/v1/%252e%252e%252f*",
        "/open/v1/.%252e/*", "/open/v1/*%0d%0ax-injected:1", "/open/v1/*%7f", "/open/v1/*%00", "/open/v1/*%01", "/open/v1/*%zz",
        "/open/v1/*%", "/open/v1/*%2", "/open/v1/*%+2", "/open/v1/%c0%ae%c0%ae/*", "/open/v1/%e0%80%ae%E0%80%AE/*",
        "/open/v1/%f0%80%80%ae./*", "/open/v1/*#b", "/open/v1/*?b#c", "/open/v1/*\u0001", "/open/v1/*\u007f", "/open/v1/*\u00e9",
        "/open/v1/*?a=\u0001", "/open/v1/*?a=\r", "/open/v1/*?a=\n", "/open/v1/*?a=\0", "/open/v1/*?a=\u007f", "/open/v1/*?a=\u00e9",
        "/open/v1/*?a=\tb", "/open/v1/*?\u001b[2J", "/open/v1/* b", "/open/v1/*?a b", "open/v1/*", "http://localhost/open/v1/*",
        "http://attacker.example/open/v1/*", "https://localhost/open/v1/*", "http://localhost@attacker.example/open/v1/*", "*",
        "localhost:8080", "//localhost/open/v1/*", "//open/v1/*", "/open//v1/*", "/open/v1//*", "/Open/V1/*", "/%6fpen/v1/*",
        "/open%2fv1/*", "/open%2Fv1%2F*", "/open/v1%2f*", "/open/v2/*", "/admin/*", "/", "/open/v1", "/open/v1/", "/open/v1;a/*",
        "/open/v1%3ba/*", "/open/v1/*/%2E%2E%2F%2E%2E", "/open/v1/*/...", "/open/v1/*;..", "/open/v1/*/%25%32%65%25%32%65/",
        "/open/v1/*%u002e", "/open/v1/*?..\\%zz%00",
    ];

    /// <summary>Header lines without a line end. The sidecar refuses most of them.</summary>
    public static readonly string[] Lines =
    [
        "Host: localhost", "Host: attacker.example", "Host: localhost, attacker.example", "Host : localhost", "Host:", "hOST: 127.0.0.1",
        "Transfer_Encoding: chunked", "Transfer--Encoding: chunked", "TransferEncoding: chunked", "Transfer.Encoding: chunked",
        "_Transfer-Encoding: chunked", "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: \u000bchunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked",
        "Transfer-Encoding: \"chunked\"", "Transfer-Encoding:", "Transfer-Encoding: chunked;q=1", " Transfer-Encoding: chunked",
        "Content_Length: 5", "ContentLength: 5", "Content--Length: 5", "Content-Length-: 5", "Content.Length: 0", "X-Content-Length: 5",
        "Content-Length: 0", "Content-Length: 5", "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: -1",
        "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length: 5;", "Content-Length:", "Content-Length: 00000000000000000005",
        "Content-Length: 18446744073709551621", "Content-Length: 9223372036854775807", "Content-Length: 5\u000b", "Content-Length : 5",
        "Content-Length\0: 5", "Content-Length: \u0665", "Content-Length: 1e1", "Content-Length: 030", "X-A: b\r\n folded",
        "X-A: b\r\n\tfolded", " X-A: b", "X A: b", "X[A]: b", ": b", "X-A", "X-A: a\0b", "X-A: a\u0001b", "X-A: a\u001b[2Jb",
        "X-A: a\u007f", "X-A: a\rb", "X-A: a\nb", "X-A: b\nx-api-key: c", "X\u0001A: b", "X-A\u007f: b", "X-\u00e9: b", "X\tA: b",
        "X\0: b", "\u0001: b", "X-A: \u00e9\u0080\u00ff", "X-A:", "X-A:\t b \t", "Upgrade: websocket", "Upgrade: h2c",
        "Upgrade: h2c, websocket", "Connection: upgrade", "Connection: close", "Connection: keep-alive, close", "Connection: x-foo",
        "Connection: authorization, x-api-key", "Connection: host", "Connection: content-length, transfer-encoding", "Connection: ,,",
        "Connection: \"close\"", "Keep-Alive: timeout=1", "Proxy-Connection: close", "TE: trailers", "TE: chunked",
        "Trailer: Authorization", "HTTP2-Settings: AAMAAABk", "Expect: 100-continue", "Expect: 200-ok", "Expect: 100-Continue, x",
        "Origin: https://attacker.example", "Origin:", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: none", "Max-Forwards: 0",
        "Forwarded: for=1.2.3.4", "X-Forwarded-Host: attacker.example", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin",
        "Date: not a date", "Content-Type: \u000b", "Clik2pay-Sidecar-Error: no_route",
    ];

    /// <summary>The caller's credentials in different spellings. @ is replaced by the secret. None of them may be forwarded.</summary>
    public static readonly string[] CallerCredentials =
    [
        "Authorization: Bearer @", "authorization: Basic @", "AUTHORIZATION: @", "Authorization_: @", "Author-ization: @", "x-api-key: @",
        "X-API-KEY: @", "x_api_key: @", "xapikey: @", "x.api.key: @", "-x-api-key: @", "Cookie: a=@", "cookie: @",
        "Proxy-Authorization: Basic @", "Proxy_Authorization: @", "baggage: a=@", "Baggage: @", "Clik2pay-Sidecar-Token: @",
        "clik2pay_sidecar_token: @",
    ];

    /// <summary>Chunked bodies, most of them malformed.</summary>
    public static readonly string[] ChunkedBodies =
    [
        "5;a=b\r\n*\r\n0\r\n\r\n", "1\r\na\r\n0;x\r\n\r\n", "1;\"\u0001\"\r\na\r\n0\r\n\r\n", "1;a\u007f\r\na\r\n0\r\n\r\n",
        "1;a\tb\r\na\r\n0\r\n\r\n", "1 ;a\r\na\r\n0\r\n\r\n", "1;a\nb\r\na\r\n0\r\n\r\n", "1;a\rb\r\na\r\n0\r\n\r\n",
        "1;\0\r\na\r\n0\r\n\r\n", "01\r\na\r\n000\r\n\r\n", "1\r\na\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "1\r\na\r\n0\r\nAuthorization: @\r\nx-api-key: @\r\n\r\n", "1\r\na\r\n0\r\nX Trailer: 1\r\n\r\n",
        "1\r\na\r\n0\r\nX-Trailer\r\n\r\n", "1\r\na\r\n0\r\n: 1\r\n\r\n", "1\r\na\r\n0\r\nX-Trailer: a\u0001\r\n\r\n",
        "1\r\na\r\n0\r\nX-Trailer: a\0\r\n\r\n", "1\r\na\r\n0\r\nX-Trailer: a\r\n b\r\n\r\n", "1\r\na\r\n0\r\n X: a\r\n\r\n",
        "1\r\na\r\n0\r\nX-T: a\nb\r\n\r\n", "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n", "1\r\na\r\n0\r\nX\u0001: a\r\n\r\n",
        "1\r\na\r\n0\r\nX-T : a\r\n\r\n", "1\r\na\r\n0\r\n\n", "1\r\na0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n",
        "-1\r\na\r\n0\r\n\r\n", "+1\r\na\r\n0\r\n\r\n", "0x1\r\na\r\n0\r\n\r\n", "g\r\na\r\n0\r\n\r\n", "\r\na\r\n0\r\n\r\n",
        " 1\r\na\r\n0\r\n\r\n", "1 \r\na\r\n0\r\n\r\n", "1\t\r\na\r\n0\r\n\r\n", "1\na\n0\n\n", "1\ra\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n", "7fffffffffffffff\r\na\r\n0\r\n\r\n", "80000000\r\na\r\n0\r\n\r\n",
        "100000001\r\na\r\n0\r\n\r\n", "1\r\na\r\n0\r\n", "1\r\na\r\n", "1\r\na", "1", "0\r\n\r\n", "00\r\n\r\n",
        "1\r\na\r\n0\r\nGET /open/v1/* HTTP/1.1\r\n\r\n", "0\r\n\r\nGET /open/v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
}
