using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
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

    /// <summary>The members of the first profile are also members of the sidecar, as they were before there were profiles.</summary>
    private static JsonObject Describe(SidecarStatus status)
    {
        var first = status.Profiles[0];
        return new()
        {
            ["product"] = BuildInfo.Product,
            ["version"] = BuildInfo.Version,
            ["at"] = status.At,
            ["uptimeSeconds"] = Seconds(status.Uptime),
            ["environment"] = $"{first.Options.Environment}",
            ["apiBaseUrl"] = $"{first.Options.ApiBaseUrl}",
            ["tokenEndpoint"] = $"{first.Options.TokenEndpoint}",
            ["ready"] = status.Readiness.IsHealthy,
            ["reason"] = status.Readiness.Reason,
            ["token"] = Describe(first.Token, status.At),
            ["nextRefreshSeconds"] = Seconds(first.NextRefresh),
            ["lastSuccessAt"] = first.LastSuccess,
            ["refreshes"] = new JsonArray([.. first.Refreshes.Select(Describe)]),
            ["rotationPending"] = first.WhyRotationPending,
            ["store"] = new JsonObject
            {
                ["name"] = status.Store.Name,
                ["up"] = status.Store.IsUp,
                ["trouble"] = status.Store.Failure,
            },
            ["lease"] = Describe(first.LastLease),
            ["answers"] = new JsonObject(status.Responses.Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value))),
            ["profiles"] = new JsonArray([.. status.Profiles.Select(profile => Describe(profile, status.At))]),
        };
    }

    private static JsonObject Describe(ProfileStatus profile, DateTimeOffset at) => new()
    {
        ["name"] = profile.Name,
        ["environment"] = $"{profile.Options.Environment}",
        ["apiBaseUrl"] = $"{profile.Options.ApiBaseUrl}",
        ["tokenEndpoint"] = $"{profile.Options.TokenEndpoint}",
        ["ready"] = profile.Readiness.IsHealthy,
        ["reason"] = profile.Readiness.Reason,
        ["token"] = Describe(profile.Token, at),
        ["nextRefreshSeconds"] = Seconds(profile.NextRefresh),
        ["lastSuccessAt"] = profile.LastSuccess,
        ["refreshes"] = new JsonArray([.. profile.Refreshes.Select(Describe)]),
        ["rotationPending"] = profile.WhyRotationPending,
        ["lease"] = Describe(profile.LastLease),
    };

    private static JsonObject? Describe(CurrentToken? token, DateTimeOffset at) => token is null ? null : new()
    {
        ["lifetimeSeconds"] = Seconds(token.Lifetime),
        ["ageSeconds"] = Seconds(token.Age),
        ["remainingSeconds"] = Seconds(token.Remaining),
        ["expiresAt"] = at + token.Remaining,
    };

    private static JsonObject? Describe((DateTimeOffset At, LeaseOutcome Outcome)? lease) => lease is not var (at, outcome) ? null : new()
    {
        ["at"] = at,
        ["outcome"] = outcome.ToSnakeCase(),
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
