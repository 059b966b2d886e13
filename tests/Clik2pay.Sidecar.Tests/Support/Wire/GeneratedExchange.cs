using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A request and a response that HTTP/1.1 allows, generated from a seed.</summary>
internal sealed class GeneratedExchange
{
    private static readonly string[] Methods = ["GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] Segments =
    [
        "payment-requests", "a%2Fb", "a%2fb", "%7Euser", "~user", "a+b", "a;b=c", "%C3%A9", "%c3%a9", "", "a%20b", "x|y^z`{}\"<>", "...",
        "%25", "a:b@c!$&'()*,=",
    ];

    private static readonly string[] Queries =
        ["", "?", "?a", "?a=", "?a=1&a=2", "?q=%2F+%20;x", "?u=https://e.example/?x", "?%zz=%", "?a=[1]{2}|\\"];

    private static readonly string[] RequestNames =
    [
        "X-Request-Id", "x-lower", "X-UPPER", "x-MiXeD", "Accept", "ACCEPT-LANGUAGE", "If-None-Match", "idempotency-key", "traceparent",
        "X-Long", "Accept-Encoding", "Range", "Date", "From", "Referer", "Pragma", "Cache-Control", "!#$%&'*+-.^_`|~",
    ];

    private static readonly string[] ResponseNames =
    [
        "x-amzn-RequestId", "X-AMZN-ErrorType", "x-amz-apigw-id", "Set-Cookie", "ETag", "Last-Modified", "Cache-Control", "Vary", "Server",
        "Date", "Location", "WWW-Authenticate", "Retry-After", "Content-Language", "x-lower", "Link", "Via",
        "Access-Control-Allow-Origin", "Age", "Expires",
    ];

    private static readonly string[] Values =
    [
        "1", "a, b", "", "\"quoted, text\"", "Thu, 01 Jan 2032 12:00:00 GMT", "caf\u00e9 \u0080\u00ff", "a\tb", "  x",
        "text/html;q=0.5, */*", "W/\"1\"", "bytes=0-1", "gzip", "0123456789", "not a date", "=?;:@/",
    ];

    private static readonly int[] Statuses = [200, 200, 201, 202, 204, 206, 302, 304, 400, 403, 404, 409, 422, 429, 500, 503, 299];

    /// <summary>Never empty, because the server replaces an empty reason phrase.</summary>
    private static readonly string[] Reasons = ["OK", "Created", "Very Odd Indeed"];

    private readonly Random random;

    public GeneratedExchange(int seed)
    {
        random = new(seed);
        Method = Pick(Methods);
        Request = CreateRequest();
        Response = CreateResponse();
    }

    public string Method { get; }

    public string Request { get; }

    public string Response { get; }

    private string CreateRequest()
    {
        var head = new StringBuilder();
        var path = string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => "/" + Pick(Segments)));
        head.Append(CultureInfo.InvariantCulture, $"{Method} /open/v1{path}/{Pick(Queries)} HTTP/1.1\r\nHost: localhost\r\n");
        AppendHeaders(head, RequestNames, mostLines: 8);

        // At most once, because this is the only header whose values are joined by spaces.
        head.Append(Pick(["", "User-Agent: app/1.0 (x; y) lib/2\r\n"]));

        var body = Method is "POST" or "PUT" or "PATCH" || (Method == "DELETE" && random.Next(3) == 0) ? CreateBody(head) : null;
        return body is null ? $"{head}\r\n" : Frame(head, body, hasTrailers: false);
    }

    private string CreateResponse()
    {
        var status = Pick(Statuses);
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Pick(Reasons)}\r\n");
        AppendHeaders(head, ResponseNames, mostLines: 10);
        if (status is 204 or 304)
            return $"{head}\r\n";

        var body = CreateBody(head);
        if (Method == "HEAD")
            return random.Next(2) == 0 ? $"{head}\r\n" : $"{head}Content-Length: {body.Length}\r\n\r\n";

        // Without a length the body ends with the connection.
        return random.Next(5) == 0 && body.Length > 0
            ? $"{head}Connection: close\r\n\r\n{body}"
            : Frame(head, body, hasTrailers: random.Next(3) == 0);
    }

    private void AppendHeaders(StringBuilder head, string[] names, int mostLines)
    {
        foreach (var name in Enumerable.Range(0, random.Next(mostLines)).Select(_ => Pick(names)))
        {
            for (var lines = random.Next(6) == 0 ? 2 : 1; lines > 0; lines--)
                head.Append(CultureInfo.InvariantCulture, $"{name}:{(random.Next(4) == 0 ? "" : " ")}{Pick(Values)}\r\n");
        }
    }

    private string CreateBody(StringBuilder head)
    {
        var bytes = new byte[Pick([0, 1, 100, 5_000, 65_536, 65_537, 200_000])];
        random.NextBytes(bytes);
        head.Append(Pick(["", "Content-Type: application/json; charset=utf-8\r\n", "content-type: application/octet-stream\r\n"]));
        if (random.Next(4) > 0)
            return Encoding.Latin1.GetString(bytes);

        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(bytes);
        head.Append("Content-Encoding: gzip\r\n");
        return Encoding.Latin1.GetString(zipped.ToArray());
    }

    private string Frame(StringBuilder head, string body, bool hasTrailers)
    {
        // An empty chunked body of a DELETE is not forwarded.
        if ((random.Next(2) == 0 && !hasTrailers) || (body.Length == 0 && Method == "DELETE"))
            return $"{head}Content-Length: {body.Length}\r\n\r\n{body}";

        var chunks = new StringBuilder();
        for (var start = 0; start < body.Length;)
        {
            var size = Math.Min(random.Next(1, 40_000), body.Length - start);
            chunks.Append(CultureInfo.InvariantCulture, $"{size:x}\r\n{body.AsSpan(start, size)}\r\n");
            start += size;
        }

        var announced = hasTrailers && random.Next(2) == 0 ? "Trailer: X-Checksum\r\n" : "";
        var trailers = hasTrailers ? "X-Checksum: abc\r\nx-signed: d, e\r\n" : "";
        return $"{head}{announced}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n{trailers}\r\n";
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
