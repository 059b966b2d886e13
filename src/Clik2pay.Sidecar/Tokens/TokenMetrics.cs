using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// The instruments of one profile's token lifecycle: refreshes, token calls and the lease. The instruments of all profiles have the same
/// names, and each measurement has the tag <c>profile</c>. The exporters combine instruments with the same name.
/// </summary>
internal sealed class TokenMetrics
{
    /// <summary>In seconds. A refresh waits for at most two leases of 15 s and then makes its call.</summary>
    private static readonly double[] RefreshBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 45];

    /// <summary>In seconds. A token call ends after 10 s.</summary>
    private static readonly double[] CallBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The outcomes of a single token call.</summary>
    private static readonly IEnumerable<RefreshOutcome> CallOutcomes =
        Enum.GetValues<RefreshOutcome>().Except([RefreshOutcome.Adopted, RefreshOutcome.Deferred]);

    private readonly ClosedCounter<(RefreshOutcome Outcome, RefreshTrigger Trigger)> refreshes;
    private readonly ClosedCounter<RefreshOutcome> calls;
    private readonly ClosedCounter<LeaseOutcome> leaseAcquisitions;
    private readonly Histogram<double> refreshDuration;
    private readonly Histogram<double> callDuration;
    private readonly Histogram<double> leaseWait;

    private readonly KeyValuePair<string, object?> tag;

    public TokenMetrics(IMeterFactory meters, string profile)
    {
        tag = new("profile", profile);
        var meter = meters.CreateSidecarMeter();
        refreshes = new(meter, "clik2pay.sidecar.token_refreshes", "Refreshes of the access token, by outcome and by trigger.",
            from outcome in Enum.GetValues<RefreshOutcome>()
            from trigger in Enum.GetValues<RefreshTrigger>()
            select (outcome, trigger),
            refresh => [tag, new("outcome", refresh.Outcome.ToSnakeCase()), new("trigger", refresh.Trigger.ToSnakeCase())],
            detail: "trigger");
        refreshDuration = meter.CreateDuration("clik2pay.sidecar.token_refresh_duration",
            "Time from the start of a refresh until requests can use its token, or until it has failed.", RefreshBuckets);
        calls = new(meter, "clik2pay.sidecar.token_endpoint_requests", "Token calls of this replica, by outcome.",
            CallOutcomes, outcome => [tag, new("outcome", outcome.ToSnakeCase())]);
        callDuration = meter.CreateDuration("clik2pay.sidecar.token_endpoint_duration",
            "Duration of a token call, from the connection to the last byte of the response.", CallBuckets);
        leaseAcquisitions = new(meter, "clik2pay.sidecar.lease_acquisitions",
            "Attempts to acquire the lease for the token call, by outcome. "
                + "The outcome lost is a lease that expired before it was released.",
            Enum.GetValues<LeaseOutcome>(), outcome => [tag, new("outcome", outcome.ToSnakeCase())], isRare: true);
        leaseWait = meter.CreateDuration("clik2pay.sidecar.lease_wait",
            "Time that a refresh waited for the lease of another replica.", RefreshBuckets);
    }

    public void TokenRefreshed(RefreshOutcome outcome, RefreshTrigger trigger, TimeSpan duration)
    {
        refreshes.Add((outcome, trigger));
        refreshDuration.Record(duration.TotalSeconds, tag);
    }

    /// <param name="failure">Null if the call returned a token.</param>
    /// <param name="duration">The duration of the whole call.</param>
    public void TokenEndpointCalled(TokenFailure? failure, TimeSpan duration)
    {
        calls.Add(failure?.Outcome ?? RefreshOutcome.Success);
        callDuration.Record(duration.TotalSeconds, tag);
    }

    public void LeaseAttempted(LeaseOutcome outcome) => leaseAcquisitions.Add(outcome);

    public void LeaseWaited(TimeSpan duration) => leaseWait.Record(duration.TotalSeconds, tag);
}
