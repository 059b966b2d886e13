using System.Text.Json.Serialization;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>
/// The JSON document that <c>/status</c> returns. Durations are in seconds and times in ISO 8601. Outcomes and triggers have the same names
/// as in the metrics.
/// </summary>
internal sealed record StatusDocument(
    string Product,
    string Version,
    DateTimeOffset At,
    double UptimeSeconds,
    string Environment,
    string ApiBaseUrl,
    string TokenEndpoint,
    bool Ready,
    string Reason,
    StatusDocument.TokenMember? Token,
    double NextRefreshSeconds,
    DateTimeOffset? LastSuccessAt,
    StatusDocument.RefreshMember[] Refreshes,
    string? RotationPending,
    StatusDocument.StoreMember Store,
    StatusDocument.LeaseMember? Lease,
    [property: JsonPropertyName("answers")] Dictionary<string, long> Responses)
{
    public static StatusDocument Create(SidecarStatus status) => new(
        BuildInfo.Product,
        BuildInfo.Version,
        status.At,
        Seconds(status.Uptime),
        $"{status.Environment}",
        $"{status.ApiBaseUrl}",
        $"{status.TokenEndpoint}",
        status.Readiness.IsHealthy,
        status.Readiness.Reason,
        status.Token is not { } token
            ? null
            : new(Seconds(token.Lifetime), Seconds(token.Age), Seconds(token.Remaining), status.At + token.Remaining),
        Seconds(status.NextRefresh),
        status.LastSuccess,
        [.. status.Refreshes.Select(refresh => new RefreshMember(
            refresh.EndedAt, refresh.Trigger.ToSnakeCase(), refresh.Outcome.ToSnakeCase(), Seconds(refresh.Duration), refresh.Reason))],
        status.WhyRotationPending,
        new(status.Store.Name, status.Store.IsUp, status.Store.Trouble),
        status.LastLease is not { } lease ? null : new(lease.At, lease.Outcome.ToSnakeCase()),
        new(status.Responses, StringComparer.Ordinal));

    /// <summary>Rounded to milliseconds.</summary>
    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);

    internal sealed record TokenMember(double LifetimeSeconds, double AgeSeconds, double RemainingSeconds, DateTimeOffset ExpiresAt);

    internal sealed record RefreshMember(DateTimeOffset EndedAt, string Trigger, string Outcome, double DurationSeconds, string? Reason);

    internal sealed record StoreMember(string Name, bool? Up, string? Trouble);

    internal sealed record LeaseMember(DateTimeOffset At, string Outcome);
}
