namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>How often a fleet may call the token endpoint.</summary>
/// <param name="Lifetime">The lifetime of every token.</param>
/// <param name="RefreshAt">The fraction of the lifetime after which its successor is fetched.</param>
internal sealed record FleetPace(TimeSpan Lifetime, double RefreshAt)
{
    /// <summary>The shortest time between two failed token calls of replicas that share the note of a failure.</summary>
    private static readonly TimeSpan RefusalInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The shortest time between two tokens of replicas that share them. The refresh point moves by up to 0.5 % of the lifetime; the same
    /// again is for the time that the token call itself takes, because the lifetime counts from its beginning.
    /// </summary>
    public TimeSpan RefreshInterval => Lifetime * (RefreshAt - 0.01);

    /// <summary>
    /// The shortest time between two tokens of a replica without Redis. It waits for Redis until at least a fifth of the time that remains
    /// at the refresh point is over.
    /// </summary>
    public TimeSpan IntervalAlone => RefreshInterval + (Lifetime * (1 - RefreshAt) * 0.2);

    /// <summary>The greatest number of tokens that a fleet obtains in a period in which nothing is wrong.</summary>
    public int TokensIn(TimeSpan period) => 1 + (int)(period / RefreshInterval);

    /// <summary>
    /// The greatest number of tokens that a fault adds: one in each separated group. A group that is separated for longer than it takes a
    /// replica alone to need another token obtains one more each time.
    /// </summary>
    public int TokensAddedBy(FaultWindow fault) => fault.SeparatedGroups * (1 + (int)(fault.Duration / IntervalAlone));

    /// <summary>The maximum number of failed token calls while the token endpoint responds with 503: one, and one per pause.</summary>
    public static int RefusalsIn(FaultWindow fault) =>
        fault.Kind == FaultKind.FailTokenEndpoint ? 1 + (int)(fault.Duration / RefusalInterval) : 0;
}
