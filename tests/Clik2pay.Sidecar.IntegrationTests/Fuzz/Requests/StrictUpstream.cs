using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// A provider that parses requests strictly, reports requests that must not be forwarded, and returns the number of the request in each
/// response.
/// </summary>
internal sealed class StrictUpstream : IAsyncDisposable
{
    public const string ArrivalHeader = "X-Arrival";

    private readonly TcpServer server;
    private readonly Findings findings;
    private readonly Arrivals arrivals;

    public StrictUpstream(Findings findings, Arrivals arrivals)
    {
        (this.findings, this.arrivals) = (findings, arrivals);
        server = new(ServeAsync);
    }

    public string Address => $"http://{server.EndPoint}";

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken stopped)
    {
        var buffer = new byte[16 * 1024];
        var end = 0;
        var isLast = false;
        while (await socket.ReceiveAsync(buffer.AsMemory(end), stopped) is > 0 and var count)
        {
            end += count;
            var parse = StrictParser.ParseRequest(buffer.AsSpan(0, end));
            if (parse.Verdict == Verdict.Incomplete && end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            if (parse.Verdict == Verdict.Incomplete)
            {
                if (parse.Message is { Body.Length: 0 } head && head.Lists("Expect", "100-continue"))
                    await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), stopped);
                continue;
            }

            // The sidecar sends one request at a time, so additional bytes are an additional request.
            var bytes = buffer.AsSpan(0, end);
            var violation = isLast ? "a request on a connection that should be closed" : FindViolation(parse, bytes);
            if (violation is not null)
            {
                findings.Add($"the provider received: {violation}", bytes);
                if (parse.Verdict != Verdict.Complete)
                    return;
            }

            // The connection stays open on purpose: the sidecar must not use it for another request.
            end = 0;
            isLast = parse.Message!.Lists("Connection", "close");
            await RespondAsync(socket, parse.Message, stopped);
        }

        if (end > 0 && StrictParser.ParseRequest(buffer.AsSpan(0, end)).Message is null)
            findings.Add("the provider received: only the beginning of a head", buffer.AsSpan(0, end));
    }

    private async Task RespondAsync(Socket socket, StrictMessage request, CancellationToken stopped)
    {
        var number = arrivals.Add(request);
        var body = number % 7 == 0 ? "Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n" : "Content-Length: 4\r\n\r\ndone";
        if (request.Method == "HEAD")
            body = body[..(body.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];

        var response = Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{ArrivalHeader}: {number}\r\n{body}");
        await socket.SendAsync(response, stopped);
    }

    private string? FindViolation(StrictParse parse, ReadOnlySpan<byte> bytes)
    {
        if (parse is not { Verdict: Verdict.Complete, Message: { } request })
            return $"a malformed request ({parse.Problem})";

        if (parse.Length < bytes.Length)
            return "bytes after a request";

        if (!request.StartLine.EndsWith(" HTTP/1.1", StringComparison.Ordinal)
            || !request["Host"].SequenceEqual([server.EndPoint.ToString()]))
            return "a different version or host";

        if (!request["Authorization"].SequenceEqual([$"Bearer {FuzzSidecar.Token}"])
            || !request["x-api-key"].SequenceEqual([Secrets.ApiKey]))
            return "not exactly one Authorization and one x-api-key of the sidecar";

        if (request.Headers.Count(header => RequestRules.IsCredential(header.Name)) != 2)
            return "a header that a server may interpret as a credential";

        if (bytes.Count(Encoding.ASCII.GetBytes(FuzzSidecar.Token)) != 1 || bytes.Count(Encoding.ASCII.GetBytes(Secrets.ApiKey)) != 1
            || bytes.Count(Encoding.ASCII.GetBytes(Secrets.Username)) + bytes.Count(Encoding.ASCII.GetBytes(Secrets.Password)) != 0)
        {
            return "a credential in another place";
        }

        if (request.Trailers.Count > 0)
            return "trailers";

        var hasBody = request.Body.Length > 0 || request["Transfer-Encoding"].Any();
        if (request.Method is "GET" or "HEAD" && hasBody)
            return "a body of GET or HEAD";

        return request.Method == "DELETE" && hasBody && !request.Lists("Connection", "close")
            ? "a DELETE with a body on a connection that stays open"
            : null;
    }
}
