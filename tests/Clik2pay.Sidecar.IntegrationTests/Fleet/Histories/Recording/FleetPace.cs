namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>The maximum rate of a fleet's token calls.</summary>
/// <param name="Lifetime">The lifetime of every token.</param>
/// <param name="RefreshAt">The fraction of the lifetime after which the token is refreshed.</param>
internal sealed record FleetPace(TimeSpan Lifetime, double RefreshAt)
{
    /// <summary>The minimum time between two failed token calls of replicas that share the failure note in Redis.</summary>
    private static readonly TimeSpan FailureInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The minimum time between two tokens of replicas that share them: 1 % of the lifetime less than the refresh point. The jitter of the
    /// refresh point takes up to 0.5 %. The rest allows for the duration of the token call, because the lifetime counts from its start.
    /// </summary>
    public TimeSpan RefreshInterval => Lifetime * (RefreshAt - 0.01);

    /// <summary>
    /// The minimum time between two tokens of a replica without Redis. From the refresh point, the replica waits for Redis for at least a
    /// fifth of the remaining time.
    /// </summary>
    public TimeSpan IntervalAlone => RefreshInterval + (Lifetime * (1 - RefreshAt) * 0.2);

    /// <summary>The maximum number of tokens that a fleet obtains in a period without faults.</summary>
    public int TokensIn(TimeSpan period) => 1 + (int)(period / RefreshInterval);

    /// <summary>
    /// The maximum number of additional tokens due to a fault: one for each separated group, and another one per group for each
    /// <see cref="IntervalAlone"/> of the fault's duration.
    /// </summary>
    public int TokensAddedBy(FaultWindow fault) => fault.SeparatedGroups * (1 + (int)(fault.Duration / IntervalAlone));

    /// <summary>The maximum number of failed token calls during a fault: 0 unless the token endpoint responds with 503.</summary>
    public static int FailedTokenCallsIn(FaultWindow fault) =>
        fault.Kind == FaultKind.FailTokenEndpoint ? 1 + (int)(fault.Duration / FailureInterval) : 0;
}
