using System.Buffers;
using System.Text;
using System.Text.Json;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.WebUtilities;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// The sidecar's own answers (RFC 9457). The header that names the code is on these and on nothing that came from upstream, so a caller
/// can tell whose answer it has; none of them is ever a 2xx.
/// </summary>
internal static class ProblemResponse
{
    public const string ContentType = "application/problem+json";

    /// <param name="context">Whose response has not started.</param>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="code">The reason that programs read.</param>
    /// <param name="metrics">Where it is counted.</param>
    /// <param name="detail">The reason that people read: what happened, to which address, what to do. Never a secret.</param>
    public static async Task WriteAsync(HttpContext context, int status, ErrorCode code, RequestMetrics metrics, string detail)
    {
        var exchange = Exchange.Of(context);
        exchange.ReportedSent = exchange.Sent;
        metrics.Responded(code, exchange.Sent);
        var body = CreateBody(status, code, exchange.Sent, detail);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        response.Headers[SidecarHeaders.Error] = code.ToSnakeCase();
        // The method HEAD is case-sensitive. The write is not canceled, because a caller that disconnects is not an error.
        if (context.Request.Method is not "HEAD")
            await response.Body.WriteAsync(body, CancellationToken.None);
    }

    /// <summary>The same answer as it stands on the wire, for a request that the server could not read far enough to make a context of.</summary>
    public static byte[] CreateMessage(Refusal refusal, Sent sent, bool withBody)
    {
        var body = CreateBody(refusal.Status, refusal.Code, sent, refusal.Detail);
        var head = $"HTTP/1.1 {refusal.Status} {ReasonPhrases.GetReasonPhrase(refusal.Status)}\r\nContent-Type: {ContentType}\r\n"
            + $"Content-Length: {body.Length}\r\n{SidecarHeaders.Error}: {refusal.Code.ToSnakeCase()}\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. withBody ? body : []];
    }

    private static byte[] CreateBody(int status, ErrorCode code, Sent sent, string detail)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status", status);
            json.WriteString("code", code.ToSnakeCase());
            json.WriteString("sent", sent.ToSnakeCase());
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}
