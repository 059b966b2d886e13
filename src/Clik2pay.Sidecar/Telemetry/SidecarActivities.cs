using System.Diagnostics;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The spans that the sidecar makes. A refresh has a trace of its own, since any
/// number of requests may wait for it: their spans link to it.
/// </summary>
internal static class SidecarActivities
{
    public const string SourceName = "Clik2pay.Sidecar";

    private const string Outcome = "clik2pay.sidecar.outcome";

    private static readonly ActivitySource Source = new(SourceName, BuildInfo.Version);

    /// <summary>A caller's request.</summary>
    /// <param name="method">How it is called.</param>
    /// <param name="parent">What the caller said that it is a part of, or nothing.</param>
    public static Activity? StartRequest(string method, ActivityContext parent) => Source.StartActivity(method, ActivityKind.Server, parent);

    public static Activity? StartRefresh(RefreshTrigger trigger) =>
        Source.StartActivity("refresh access token")?.SetTag("clik2pay.sidecar.trigger", trigger.ToSnakeCase());

    /// <summary>A request's wait for a refresh.</summary>
    public static Activity? StartWait() => Source.StartActivity("wait for access token");

    public static Activity? StartTokenCall() => Source.StartActivity("call token endpoint");

    /// <summary>A call of one of the provider's APIs.</summary>
    public static Activity? StartCall(HttpMethod method) => Source.StartActivity(method.Method, ActivityKind.Client);

    public static Activity? StartLeaseAttempt() => Source.StartActivity("acquire lease");

    /// <summary>Only as a part of something: looks after the shared token, every few seconds, would each be a trace.</summary>
    public static Activity? StartStoreOperation(RedisOperation operation) => Activity.Current is null
        ? null
        : Source.StartActivity($"redis {operation.ToSnakeCase()}", ActivityKind.Client)?.SetTag("db.system.name", "redis");

    public static void End(this Activity? activity, RefreshOutcome outcome) =>
        activity?.End(outcome.ToSnakeCase(), isError: outcome is not (RefreshOutcome.Success or RefreshOutcome.Adopted or RefreshOutcome.Deferred));

    public static void End(this Activity? activity, LeaseOutcome outcome) => activity?.End(outcome.ToSnakeCase(), isError: outcome == LeaseOutcome.Unavailable);

    public static void End(this Activity? activity, RedisFailure? failure) => activity?.End(failure?.ToSnakeCase() ?? "success", isError: failure is not null);

    private static void End(this Activity activity, string outcome, bool isError)
    {
        activity.SetTag(Outcome, outcome);
        if (!isError)
            return;

        activity.SetStatus(ActivityStatusCode.Error);
        activity.SetTag("error.type", outcome);
    }
}
