using System.Diagnostics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The source of the sidecar's spans. Each feature starts its own spans. A refresh has its own trace, because any number of requests may
/// wait for the refresh. The spans of these requests link to the refresh.
/// </summary>
internal static class SidecarSpans
{
    public const string SourceName = "Clik2pay.Sidecar";

    public static readonly ActivitySource Source = new(SourceName, BuildInfo.Version);

    /// <summary>Records how the operation of a span ended.</summary>
    /// <param name="span">The span, or null if it is not sampled.</param>
    /// <param name="outcome">In snake case.</param>
    /// <param name="isError">Whether the operation failed.</param>
    public static void SetOutcome(this Activity? span, string outcome, bool isError)
    {
        span?.SetTag("clik2pay.sidecar.outcome", outcome);
        if (!isError)
            return;

        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", outcome);
    }
}
