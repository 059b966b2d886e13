using System.Diagnostics;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The spans of the token lifecycle.</summary>
internal static class TokenSpans
{
    public static Activity? StartRefresh(RefreshTrigger trigger) =>
        SidecarSpans.Source.StartActivity("refresh access token")?.SetTag("clik2pay.sidecar.trigger", trigger.ToSnakeCase());

    /// <summary>The span of a request that waits for a refresh.</summary>
    public static Activity? StartWait() => SidecarSpans.Source.StartActivity("wait for access token");

    public static Activity? StartTokenCall() => SidecarSpans.Source.StartActivity("call token endpoint");

    public static Activity? StartLeaseAttempt() => SidecarSpans.Source.StartActivity("acquire lease");

    public static void SetOutcome(this Activity? span, RefreshOutcome outcome) => span.SetOutcome(
        outcome.ToSnakeCase(), isError: outcome is not (RefreshOutcome.Success or RefreshOutcome.Adopted or RefreshOutcome.Deferred));

    public static void SetOutcome(this Activity? span, LeaseOutcome outcome) =>
        span.SetOutcome(outcome.ToSnakeCase(), isError: outcome == LeaseOutcome.Unavailable);
}
