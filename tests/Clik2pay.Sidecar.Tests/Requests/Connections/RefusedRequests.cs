using System.Globalization;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Refused requests with their status, code and counted reason.</summary>
public static class RefusedRequests
{
    public const string Host = "Host: localhost\r\n";

    /// <summary>Methods. TRACE is refused because an upstream that echoes the request would return the token to the caller.</summary>
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> Methods { get; } =
    [
        .. new[]
        {
            "TRACE", "trace", "TrAcE", "TRACK", "OPTIONS", "options", "PROPFIND", "CONNECT", "PRI", "LOCK", "QUERY", "LINK",
            "PURGE", "DEBUG",
            "get", "Get", "head", "Head", "post", "Post", "put", "patch", "delete", "GETT", "G-E-T", "M!#$%&'*+.^_`|~", "_GET",
        }.Select(method => (Get(method: method), 405, "bad_request", "method")),
        ($"OPTIONS * HTTP/1.1\r\n{Host}\r\n", 405, "bad_request", "method"),
        ("CONNECT api.clik2pay.com:443 HTTP/1.1\r\nHost: api.clik2pay.com:443\r\n\r\n", 405, "bad_request", "method"),
        ($"CONNECT localhost:8080 HTTP/1.1\r\n{Host[..^2]}:8080\r\n\r\n", 405, "bad_request", "method"),
        (Get(method: "G\u0001T"), 400, "bad_request", "malformed"),
        (Get(method: "G(T"), 400, "bad_request", "malformed"),
        (Get(method: ""), 400, "bad_request", "malformed"),
    ];

    /// <summary>Requests of web pages in a browser, DNS rebinding, and upgrades to other protocols.</summary>
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> OtherCallers { get; } =
    [
        .. new[]
        {
            "Origin: https://attacker.example", "Origin: null", "Origin:", "origin: http://localhost", "ORIGIN: a\r\nOrigin: b",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin", "sec-fetch-site: none\r\nSec-Fetch-Site: same-site",
            "Sec-Fetch-Site:", "Sec-Fetch-Site: none, none",
        }.Select(header => (Get(headers: header + "\r\n"), 403, "caller_refused", "cross_site")),
        (Get(method: "OPTIONS", headers: "Origin: https://attacker.example\r\nAccess-Control-Request-Method: POST\r\n"),
            403, "caller_refused", "cross_site"),
        .. new[]
        {
            "attacker.example", "localhost.attacker.example", "localhost.", "127.0.0.2", "", "127.1", "0177.0.0.1",
            "[::ffff:127.0.0.1]", "0.0.0.0",
            "localhostt", "xn--localhost", "127.0.0.1.nip.io:8080",
        }.Select(host => ($"GET /open/v1/a HTTP/1.1\r\nHost: {host}\r\n\r\n", 403, "caller_refused", "host")),
        ("GET /open/v1/a HTTP/1.0\r\n\r\n", 403, "caller_refused", "host"),
        ($"GET http://attacker.example/open/v1/a HTTP/1.1\r\n{Host}\r\n", 403, "caller_refused", "host"),
        ("GET http://attacker.example/open/v1/a HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 403, "caller_refused", "host"),
        ("GET http://localhost@attacker.example/open/v1/a HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 403, "caller_refused", "host"),
        .. new[]
        {
            "Connection: upgrade\r\nUpgrade: websocket", "Upgrade: websocket", "Connection: upgrade\r\nUpgrade: TLS/1.0",
            "Upgrade: HTTP/2.0",
            "Connection: upgrade\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABk",
            "Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket",
        }.Select(header => (Get(headers: header + "\r\n"), 400, "bad_request", "upgrade")),
    ];

    /// <summary>Header names and values.</summary>
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> Headers { get; } =
    [
        .. Controls.Where(c => c is not ('\0' or '\r' or '\n' or '\t'))
            .SelectMany(c => new[] { Get(headers: $"X-A: a{c}b\r\n"), Get(headers: $"X{c}A: b\r\n") })
            .Select(request => (request, 400, "bad_request", "header")),
        .. new[]
        {
            "X-A: a\rb", "X-A: a\0b", "X\0A: b", "X\rA: b", "X\tA: b", "X-A: b\n", "X-A: b\nx-api-key: c", "X A: b", "X\u00e9: b",
            " X-A: b", "\tX-A: b", ": b", "X-A",
        }
            .Select(header => (Get(headers: header + "\r\n"), 400, "bad_request", "malformed")),
        (Get(headers: "X-A: b\r\n folded\r\n"), 400, "bad_request", "malformed"),
        (Get(headers: "X-A: b\r\n\tfolded\r\n"), 400, "bad_request", "malformed"),
        (Get(headers: "X-A: b\r\r\n"), 400, "bad_request", "malformed"),
        .. new[] { "X[A]: b", "X/A: b", "X@A: b", "X{A}: b", "\"X\": b", "X(A): b", "X=A: b", "X,A: b", "X;A: b", "X?A: b", "X\\A: b" }
            .Select(header => (Get(headers: header + "\r\n"), 400, "bad_request", "header")),
        ($"GET /open/v1/a HTTP/1.1\r\n{Host}{Host}\r\n", 400, "bad_request", "malformed"),
        ($"GET /open/v1/a HTTP/1.1\r\n{Host}Host: attacker.example\r\n\r\n", 400, "bad_request", "malformed"),
        ("GET /open/v1/a HTTP/1.1\r\n\r\n", 400, "bad_request", "malformed"),
        ("GET /open/v1/a HTTP/1.1\r\nHost: local host\r\n\r\n", 400, "bad_request", "malformed"),
        ("GET /open/v1/a HTTP/1.1\r\nHost: localhost, localhost\r\n\r\n", 400, "bad_request", "malformed"),
        .. new[] { "user@localhost", "[::]", "%6cocalhost", "localhost/", "localhost:8080:1", "localhost:a" }
            .Select(host => ($"GET /open/v1/a HTTP/1.1\r\nHost: {host}\r\n\r\n", 400, "bad_request", "malformed")),
    ];

    /// <summary>Request lines, line ends and sizes.</summary>
    public static IEnumerable<(string Request, int Status, string Code, string Reason)> Lines { get; } =
    [
        .. new[]
        {
            "GET /open/v1/a HTTP/1.1\nHost: localhost\n\n", $"GET /open/v1/a HTTP/1.1\n{Host}\r\n",
            $"GET /open/v1/a HTTP/1.1\r\r\n{Host}\r\n",
            $"GET  /open/v1/a HTTP/1.1\r\n{Host}\r\n", $"GET /open/v1/a HTTP/1.1 \r\n{Host}\r\n",
            $"GET\t/open/v1/a HTTP/1.1\r\n{Host}\r\n", $"GET /open/v1/a\tHTTP/1.1\r\n{Host}\r\n",
            $" GET /open/v1/a HTTP/1.1\r\n{Host}\r\n",
            $"GET /open/v1/a b HTTP/1.1\r\n{Host}\r\n", $"GET /open/v1/a \r\n{Host}\r\n",
            $"GET /open/v1/a HTTP/1.1x\r\n{Host}\r\n", $"GET /open/v1/a HTTP/11\r\n{Host}\r\n",
            $"/open/v1/a HTTP/1.1\r\n{Host}\r\n", "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\r\n\r\n",
        }.Select(request => (request, 400, "bad_request", "malformed")),
        .. new[] { "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9", "http/1.1", "HTTP 1.1" }
            .Select(version => ($"GET /open/v1/a {version}\r\n{Host}\r\n", 505, "bad_request", "malformed")),

        // The preface of HTTP/2, after which the server itself would write an HTTP/2 frame.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "bad_request", "malformed"),
        (Get("/open/v1/" + new string('a', 9000)), 414, "bad_request", "head_too_large"),
        (Get("/open/v1/a?" + new string('a', 9000)), 414, "bad_request", "head_too_large"),
        (Get(headers: $"X-A: {new string('a', 40_000)}\r\n"), 431, "bad_request", "head_too_large"),
        (Get(headers: string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i.ToString(CultureInfo.InvariantCulture)}: a\r\n"))),
            431, "bad_request", "head_too_large"),
    ];

    /// <summary>The control characters 0x00 to 0x1F and 0x7F.</summary>
    public static IEnumerable<char> Controls => Enumerable.Range(0, 0x20).Append(0x7f).Select(c => (char)c);

    public static string Get(string target = "/open/v1/a", string method = "GET", string headers = "") =>
        $"{method} {target} HTTP/1.1\r\n{Host}{headers}\r\n";
}
