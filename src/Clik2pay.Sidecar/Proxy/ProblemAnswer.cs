using System.Buffers;
using System.Text.Json;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// The sidecar's own answers (RFC 9457). The header that names the code is on these and on nothing that came from upstream, so a caller
/// can tell whose answer it has; none of them is ever a 2xx.
/// </summary>
internal static class ProblemAnswer
{
    public const string ErrorHeader = "Clik2pay-Sidecar-Error";

    /// <param name="context">Whose response has not started.</param>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="code">The reason that programs read.</param>
    /// <param name="detail">The reason that people read: what happened, to which address, what to do. Never a secret.</param>
    public static async Task WriteAsync(HttpContext context, int status, ErrorCode code, string detail)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.Headers[ErrorHeader] = name;

        var body = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status));
        json.WriteNumber("status", status);
        json.WriteString("code", name);
        json.WriteString("detail", detail);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);

        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
