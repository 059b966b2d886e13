using System.Buffers;
using System.Text.Json;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The status for programs. Times are in seconds, moments in ISO 8601, outcomes are those of the metrics.</summary>
internal static class StatusJson
{
    public const string ContentType = "application/json";

    public static byte[] Write(SidecarStatus status)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new() { Indented = true }))
            Write(json, status);

        return body.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, SidecarStatus status)
    {
        json.WriteStartObject();
        json.WriteString("product", BuildInfo.Product);
        json.WriteString("version", BuildInfo.Version);
        json.WriteString("at", status.At);
        WriteSeconds(json, "uptimeSeconds", status.Uptime);
        json.WriteString("environment", $"{status.Environment}");
        json.WriteString("apiBaseUrl", $"{status.ApiBaseUrl}");
        json.WriteString("tokenEndpoint", $"{status.TokenEndpoint}");
        json.WriteBoolean("ready", status.Readiness.IsHealthy);
        json.WriteString("reason", status.Readiness.Reason);
        WriteToken(json, status);
        WriteRefreshes(json, status);

        json.WriteString("rotationPending", status.WhyRotationPending);
        json.WriteStartObject("store");
        json.WriteString("name", status.Store.Name);
        WriteNullable(json, "up", status.Store.IsUp);
        json.WriteString("trouble", status.Store.Trouble);
        json.WriteEndObject();

        if (status.LastLease is { } lease)
        {
            json.WriteStartObject("lease");
            json.WriteString("at", lease.At);
            json.WriteString("outcome", lease.Outcome.ToSnakeCase());
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("lease");
        }

        json.WriteStartObject("answers");
        foreach (var (kind, count) in status.Responses)
            json.WriteNumber(kind, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, SidecarStatus status)
    {
        if (status.Token is { } token)
        {
            json.WriteStartObject("token");
            WriteSeconds(json, "lifetimeSeconds", token.Lifetime);
            WriteSeconds(json, "ageSeconds", token.Age);
            WriteSeconds(json, "remainingSeconds", token.Remaining);
            json.WriteString("expiresAt", status.At + token.Remaining);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("token");
        }
    }

    private static void WriteRefreshes(Utf8JsonWriter json, SidecarStatus status)
    {
        WriteSeconds(json, "nextRefreshSeconds", status.NextRefresh);
        if (status.LastSuccess is { } last)
            json.WriteString("lastSuccessAt", last);
        else
            json.WriteNull("lastSuccessAt");
        json.WriteStartArray("refreshes");
        foreach (var refresh in status.Refreshes)
        {
            json.WriteStartObject();
            json.WriteString("endedAt", refresh.EndedAt);
            json.WriteString("trigger", refresh.Trigger.ToSnakeCase());
            json.WriteString("outcome", refresh.Outcome.ToSnakeCase());
            WriteSeconds(json, "durationSeconds", refresh.Duration);
            json.WriteString("reason", refresh.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNullable(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
            json.WriteBoolean(name, known);
        else
            json.WriteNull(name);
    }

    /// <summary>To the millisecond.</summary>
    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan span) => json.WriteNumber(name, Math.Round(span.TotalSeconds, 3));
}
