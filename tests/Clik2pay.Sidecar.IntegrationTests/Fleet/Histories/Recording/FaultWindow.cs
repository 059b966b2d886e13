namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>A fault and its duration.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Target">The affected part of the fleet.</param>
/// <param name="StartedAt">The time just before the fault.</param>
/// <param name="EndedAt">The time just after its cause was removed.</param>
/// <param name="SeparatedGroups">The number of groups of replicas that could not share tokens or a lease with each other.</param>
internal sealed record FaultWindow(FaultKind Kind, string Target, TimeSpan StartedAt, TimeSpan EndedAt, int SeparatedGroups)
{
    public TimeSpan Duration => EndedAt - StartedAt;

    /// <summary>Whether Redis may have lost a stored token: a failover loses what is not yet replicated.</summary>
    public bool MayLoseStoredToken =>
        Kind is FaultKind.FailOver or FaultKind.KillMaster or FaultKind.StopMaster or FaultKind.FlushRedis;

    public override string ToString() => FormattableString.Invariant(
        $"{StartedAt.TotalSeconds:0.000} to {EndedAt.TotalSeconds:0.000} {Kind} {Target}");
}
