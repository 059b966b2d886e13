using System.Buffers;
using System.Text.Json;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.WebUtilities;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>The body of a problem response (RFC 9457).</summary>
internal static class ProblemJson
{
    public const string ContentType = "application/problem+json";

    public static byte[] Write(Problem problem, Sent sent)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(problem.Status));
            json.WriteNumber("status", problem.Status);
            json.WriteString("code", problem.Code.ToSnakeCase());
            json.WriteString("sent", sent.ToSnakeCase());
            json.WriteString("detail", problem.Detail);
            if (problem.OAuthError is { } error)
            {
                json.WriteString("error", error);
                json.WriteString("error_description", problem.Detail);
            }

            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}
