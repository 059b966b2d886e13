using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// Generates scripts from seeds: valid requests of every kind, requests with unusual or invalid parts, and requests with changed bytes.
/// </summary>
internal sealed class RequestGenerator
{
    private static readonly string[] Methods = ["GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Segments =
    [
        "payment-requests", "a%2Fb", "a%252Fb", "%7Euser", "a+b", "a;b=c", "%C3%A9", "", "a%20b", "x|y^z`{}\"<>", "...", "%25",
        "a:b@c!$&'()*,=",
    ];
    private static readonly string[] Queries =
    [
        "", "", "?", "?a=1&a=2", "?q=%2F+%20;x", "?u=https://e.example/?x", "?%zz=%", "?a=[1]{2}|\\", "?../..",
    ];
    private static readonly string[] Names =
    [
        "X-Request-Id", "x-lower", "X-UPPER", "Accept", "If-None-Match", "idempotency-key", "traceparent", "Accept-Encoding", "Range",
        "Date", "Referer", "!#$%&'*+-.^_`|~",
    ];
    private static readonly string[] Values =
    [
        "1", "a, b", "", "\"quoted, text\"", "Thu, 01 Jan 2032 12:00:00 GMT", "caf\u00e9 \u0080\u00ff", "a\tb", "text/html;q=0.5, */*",
        "0123456789",
    ];

    private readonly int id;
    private readonly Random random;
    private readonly Mutator mutator;

    private RequestGenerator(int id)
    {
#pragma warning disable CA5394, RS0030 // A seed makes a failure repeatable.
        (this.id, random) = (id, new(id));
#pragma warning restore CA5394, RS0030
        mutator = new(random);
    }

    public static RequestScript Create(int id) => new RequestGenerator(id).Create();

    private RequestScript Create()
    {
        var count = random.Next(1, 5);
        var kind = random.Next(10);

        // The sidecar closes the connection after most odd requests, so an odd request is often the last one.
        var odd = kind < 5 ? random.Next(2) == 0 ? count - 1 : random.Next(count) : -1;
        var text = new StringBuilder();
        for (var index = 0; index < count; index++)
            AppendRequest(text, string.Create(CultureInfo.InvariantCulture, $"fz-{id:x8}-{index}"), index == odd);

        var bytes = Encoding.Latin1.GetBytes(text.ToString());
        if (kind is 4 or 5 or 6)
            bytes = mutator.Change(bytes);

        var ending = random.Next(40) switch
        {
            0 => CallerEnding.Reset,
            1 => CallerEnding.HalfClose,
            2 => CallerEnding.Close,
            _ => CallerEnding.Keep,
        };
        return new(id, bytes, SplitWrites(bytes.Length), count, IsClean: kind > 6, IsGrammatical: kind is not (4 or 5 or 6), ending);
    }

    private void AppendRequest(StringBuilder text, string marker, bool isOdd)
    {
        // A bit for each part of an odd request that is replaced. At least one bit is set.
        var odd = isOdd ? 1 << random.Next(6) | (random.Next(3) == 0 ? 1 << random.Next(6) : 0) : 0;
        var method = (odd & 1) != 0 ? Pick(RequestOddities.Methods) : Pick(Methods);
        var target = (odd & 2) != 0
            ? Pick(RequestOddities.Targets).Replace("*", marker, StringComparison.Ordinal)
            : $"/open/v1/{Pick(Segments)}/{marker}{Pick(Queries)}";
        var version = (odd & 4) != 0 ? Pick(RequestOddities.Versions) : "HTTP/1.1";
        var lines = new List<string> { "Host: localhost", $"X-Marker: {marker}" };
        for (var more = random.Next(4); more > 0; more--)
            lines.Add($"{Pick(Names)}:{(random.Next(4) == 0 ? "" : " ")}{Pick(Values)}");

        if (random.Next(3) == 0)
            lines.Add(Pick(RequestOddities.CallerCredentials).Replace("@", RequestScript.CallerSecret, StringComparison.Ordinal));

        if (random.Next(20) == 0)
            lines.AddRange(["Connection: x-nominated", "X-Nominated: 1"]);

        if ((odd & 8) != 0)
            lines.Insert(random.Next(lines.Count + 1), Pick(RequestOddities.Lines));

        var body = AppendBodyLines(lines, method, marker, isOdd: (odd & 16) != 0);
        if ((odd & 32) != 0)
            lines = DisturbLines(lines);

        text.Append(method).Append(' ').Append(target).Append(' ').Append(version).Append("\r\n");
        foreach (var line in lines)
            text.Append(line).Append("\r\n");
        text.Append("\r\n").Append(body);
    }

    /// <returns>The body with its framing.</returns>
    private string AppendBodyLines(List<string> lines, string method, string marker, bool isOdd)
    {
        var hasBody = isOdd || method is "POST" or "PUT" or "PATCH" || (method is "DELETE" && random.Next(4) == 0);
        if (!hasBody)
        {
            lines.AddRange(random.Next(12) switch { 0 => ["Content-Length: 0"], _ => [] });
            return "";
        }

        var content = random.Next(60) == 0 ? new string('x', random.Next(60_000, 140_000)) + marker : $"{{\"m\":\"{marker}\"}}";
        if (random.Next(30) == 0)
            lines.Add("Expect: 100-continue");

        if (isOdd && random.Next(2) == 0)
        {
            lines.Add("Transfer-Encoding: chunked");
            return Pick(RequestOddities.ChunkedBodies).Replace("*", marker, StringComparison.Ordinal)
                .Replace("@", RequestScript.CallerSecret, StringComparison.Ordinal);
        }

        if (isOdd && random.Next(2) == 0)
        {
            // With a wrong length, the server reads the rest of the body as a request, or the next request as a part of the body.
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Math.Max(0, content.Length + random.Next(-9, 40))}"));
            return content;
        }

        if (random.Next(2) == 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}"));
            return content;
        }

        lines.Add(random.Next(8) == 0 ? "Transfer-Encoding: Chunked" : "Transfer-Encoding: chunked");
        var first = random.Next(1, content.Length);
        var trailers = random.Next(6) == 0 ? $"X-Trailer: 1\r\nAuthorization: {RequestScript.CallerSecret}\r\n" : "";
        var extension = random.Next(6) == 0 ? ";a=\"b c\"" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{first:x}{extension}\r\n{content[..first]}\r\n{content.Length - first:X}\r\n{content[first..]}\r\n0\r\n{trailers}\r\n");
    }

    private List<string> DisturbLines(List<string> lines)
    {
        var at = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Add(lines[at]);
                break;
            case 2:
                lines[at] = lines[at].Replace(':', random.Next(2) == 0 ? ';' : ' ');
                break;
            case 3:
                lines.AddRange(Enumerable.Range(0, random.Next(60, 110)).Select(i => $"X-Many-{i}: {i}"));
                break;
            default:
                lines[at] += new string('y', random.Next(200, 40_000));
                break;
        }

        return lines;
    }

    private List<int> SplitWrites(int length)
    {
        var ends = Enumerable.Range(0, random.Next(3) == 0 ? random.Next(1, 5) : 0).Select(_ => random.Next(length + 1)).ToList();
        ends.Sort();
        return [.. ends, length];
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
