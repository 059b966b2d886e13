namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>A call and its result, as observed by the caller.</summary>
/// <param name="Replica">The number of the replica, from 0.</param>
/// <param name="SentAt">When the caller began to send the request.</param>
/// <param name="EndedAt">When the call ended.</param>
/// <param name="Outcome">The status and the sidecar's error code if there is one, or the kind of failure.</param>
/// <param name="IsExplained">Whether the response carried an error code of the sidecar.</param>
internal sealed record Call(int Replica, TimeSpan SentAt, TimeSpan EndedAt, string Outcome, bool IsExplained = false)
{
    public const string Served = "200";

    public override string ToString() => FormattableString.Invariant(
        $"{EndedAt.TotalSeconds:0.000} call of replica {Replica}, sent at {SentAt.TotalSeconds:0.000}, ended: {Outcome}");
}
