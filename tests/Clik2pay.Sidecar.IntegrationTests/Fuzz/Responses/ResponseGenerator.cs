using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>
/// Generates responses from seeds: valid ones of every kind, ones with unusual or invalid parts, and ones with changed bytes.
/// </summary>
internal sealed class ResponseGenerator
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "HEAD", "POST", "DELETE"];
    private static readonly string[] Statuses =
    [
        "200 OK", "200 OK", "201 Created", "204 No Content", "206 Partial", "302 Found", "304 Not Modified", "400 Bad", "404 Not Found",
        "409 ", "429 Slow", "500 Oh", "503 No",
    ];
    private static readonly string[] Names =
    [
        "x-amzn-RequestId", "Set-Cookie", "ETag", "Cache-Control", "Vary", "Server", "Content-Language", "Link", "Content-Type",
    ];
    private static readonly string[] Values = ["1", "a, b", "", "\"quoted, text\"", "caf\u00e9 \u0080\u00ff", "a\tb", "100%", "%41%zz"];

    private static readonly string[] HeadEnds = ["\n\n", "\n\r\n", "\r\r"];

    private readonly int id;
    private readonly Random random;

    private ResponseGenerator(int id)
    {
#pragma warning disable CA5394, RS0030 // A seed makes a failure repeatable.
        (this.id, random) = (id, new(id));
#pragma warning restore CA5394, RS0030
    }

    public static ResponseScript Create(int id) => new ResponseGenerator(id).Create();

    private ResponseScript Create()
    {
        var method = Pick(Methods);
        var kind = random.Next(10);

        // A bit for each part of an odd response that is replaced. At least one bit is set.
        var odd = kind < 6 ? 1 << random.Next(4) | (random.Next(3) == 0 ? 1 << random.Next(4) : 0) : 0;
        var bytes = Encoding.Latin1.GetBytes(CreateText(method, odd).Replace("@", Echo(), StringComparison.Ordinal));
        if (kind is 5 or 6 or 7)
            bytes = new Mutator(random).Change(bytes);

        // A 401 makes the sidecar fetch another token, which this run does not support. Other tests cover it.
        bytes = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace("401", "402", StringComparison.Ordinal));

        var isClean = kind > 7;
        var writes = SplitWrites(bytes, isClean);
        var ending = random.Next(20) switch { 0 => ProviderEnding.Reset, 1 => ProviderEnding.Close, _ => ProviderEnding.Keep };
        var script = new ResponseScript(id, method, bytes, writes, isClean, isClean ? ProviderEnding.Keep : ending);

        // With an open connection, the sidecar waits for the rest of an incomplete response.
        return script.Reading.Verdict == Verdict.Complete || script.Ending != ProviderEnding.Keep
            ? script
            : new(id, method, bytes, writes, isClean, ProviderEnding.Close);
    }

    private string CreateText(string method, int odd)
    {
        var text = new StringBuilder();
        if (random.Next(12) == 0)
            text.Append("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");

        var status = Pick(Statuses);
        text.Append((odd & 1) != 0 ? Pick(ResponseOddities.StatusLines) : $"HTTP/1.1 {status}").Append("\r\nX-Script: 1\r\n");
        for (var more = random.Next(4); more > 0; more--)
            text.Append(CultureInfo.InvariantCulture, $"{Pick(Names)}: {Pick(Values)}\r\n");

        if ((odd & 2) != 0)
            text.Append(Pick(ResponseOddities.Lines)).Append("\r\n");

        AppendBody(text, hasBody: method != "HEAD" && status[..3] is not ("204" or "304"), isOdd: (odd & 4) != 0);
        return (odd & 8) != 0 ? $"{text}{Pick(ResponseOddities.Extras)}" : text.ToString();
    }

    private void AppendBody(StringBuilder text, bool hasBody, bool isOdd)
    {
        var padding = new string('x', random.Next(40) == 0 ? random.Next(1_000, 3_000) : 0);
        var content = string.Create(CultureInfo.InvariantCulture, $"body of {id}{padding}");
        if (isOdd && random.Next(3) > 0)
        {
            text.Append("Transfer-Encoding: chunked\r\n\r\n").Append(Pick(ResponseOddities.ChunkedBodies));
            return;
        }

        var isChunked = random.Next(2) == 0;
        if (isChunked)
            text.Append("Transfer-Encoding: chunked\r\n\r\n");
        else
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {content.Length + (isOdd ? random.Next(-5, 20) : 0)}\r\n\r\n");

        // An odd response has a body even where none is allowed.
        if (!hasBody && !isOdd)
            return;

        var trailers = random.Next(4) == 0 ? "X-Checksum: abc\r\nx-signed: d, e\r\n" : "";
        text.Append(isChunked ? $"{content.Length:x}\r\n{content}\r\n0\r\n{trailers}\r\n" : content);
    }

    /// <summary>A credential: raw, with all characters percent-encoded, or with punctuation percent-encoded.</summary>
    private string Echo()
    {
        var secret = Pick([FuzzSidecar.Token, Secrets.ApiKey]);
        return random.Next(4) switch
        {
            0 => string.Concat(secret.Select(c => $"%{(int)c:x2}")),
            1 => secret.Replace("_", "%5F", StringComparison.Ordinal).Replace("-", "%2D", StringComparison.Ordinal),
            _ => secret,
        };
    }

    /// <summary>
    /// All bytes after the first head are one write. After a complete response, a client cannot detect whether more bytes will arrive, and
    /// may send the next request.
    /// </summary>
    private List<int> SplitWrites(byte[] bytes, bool isClean)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var head = HeadEnds.Select(end => text.IndexOf(end, StringComparison.Ordinal))
            .Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        var last = isClean ? bytes.Length : head;
        var ends = Enumerable.Range(0, random.Next(3) == 0 ? random.Next(1, 5) : 0).Select(_ => random.Next(last)).ToList();
        ends.Sort();
        return [.. ends, bytes.Length];
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
