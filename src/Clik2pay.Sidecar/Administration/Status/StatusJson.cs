using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>
/// The status for programs. Durations are in seconds, moments in ISO 8601. Outcomes and triggers have the same names as in metrics. The
/// JSON is built by hand, because a generated serializer of these types would add 250 kB to the native program.
/// </summary>
internal static class StatusJson
{
    public const string ContentType = "application/json";

    public static byte[] Write(SidecarStatus status)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new() { Indented = true }))
            Describe(status).WriteTo(json);
        return body.WrittenSpan.ToArray();
    }

    private static JsonObject Describe(SidecarStatus status) => new()
    {
        ["product"] = BuildInfo.Product,
        ["version"] = BuildInfo.Version,
        ["at"] = status.At,
        ["uptimeSeconds"] = Seconds(status.Uptime),
        ["environment"] = $"{status.Environment}",
        ["apiBaseUrl"] = $"{status.ApiBaseUrl}",
        ["tokenEndpoint"] = $"{status.TokenEndpoint}",
        ["ready"] = status.Readiness.IsHealthy,
        ["reason"] = status.Readiness.Reason,
        ["token"] = status.Token is not { } token ? null : new JsonObject
        {
            ["lifetimeSeconds"] = Seconds(token.Lifetime),
            ["ageSeconds"] = Seconds(token.Age),
            ["remainingSeconds"] = Seconds(token.Remaining),
            ["expiresAt"] = status.At + token.Remaining,
        },
        ["nextRefreshSeconds"] = Seconds(status.NextRefresh),
        ["lastSuccessAt"] = status.LastSuccess,
        ["refreshes"] = new JsonArray([.. status.Refreshes.Select(Describe)]),
        ["rotationPending"] = status.WhyRotationPending,
        ["store"] = new JsonObject
        {
            ["name"] = status.Store.Name,
            ["up"] = status.Store.IsUp,
            ["trouble"] = status.Store.Failure,
        },
        ["lease"] = status.LastLease is not { } lease ? null : new JsonObject
        {
            ["at"] = lease.At,
            ["outcome"] = lease.Outcome.ToSnakeCase(),
        },
        ["answers"] = new JsonObject(status.Responses.Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value))),
    };

    /// <summary>Except for the last three members, which describe the run, the members describe its last refresh.</summary>
    private static JsonObject Describe(RefreshRun run) => new()
    {
        ["endedAt"] = run.Last.EndedAt,
        ["trigger"] = run.Last.Trigger.ToSnakeCase(),
        ["outcome"] = run.Last.Outcome.ToSnakeCase(),
        ["durationSeconds"] = Seconds(run.Last.Duration),
        ["reason"] = run.Last.Reason,
        ["attempts"] = run.Attempts,
        ["firstEndedAt"] = run.First.EndedAt,
        ["failuresBefore"] = run.FailuresBefore,
    };

    /// <summary>Rounded to milliseconds.</summary>
    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
