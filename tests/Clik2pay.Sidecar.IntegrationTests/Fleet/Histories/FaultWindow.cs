namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>The time from the beginning of a fault until its cause is gone.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Target">To what it happened.</param>
/// <param name="StartedAt">Just before it began.</param>
/// <param name="EndedAt">Just after its cause was removed.</param>
/// <param name="SeparatedGroups">How many groups of replicas could neither see each other's tokens nor each other's lease.</param>
internal sealed record FaultWindow(FaultKind Kind, string Target, TimeSpan StartedAt, TimeSpan EndedAt, int SeparatedGroups)
{
    public TimeSpan Duration => EndedAt - StartedAt;

    /// <summary>Whether Redis may have lost a stored token: a failover loses what is not yet replicated.</summary>
    public bool MayLoseStoredToken =>
        Kind is FaultKind.FailOver or FaultKind.KillMaster or FaultKind.StopMaster or FaultKind.FlushRedis;

    public override string ToString() => FormattableString.Invariant(
        $"{StartedAt.TotalSeconds:0.000} to {EndedAt.TotalSeconds:0.000} {Kind} {Target}");
}
