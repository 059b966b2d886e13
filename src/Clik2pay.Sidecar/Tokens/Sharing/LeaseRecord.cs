namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>An attempt to acquire the lease, as the status page shows it.</summary>
internal sealed record LeaseRecord(DateTimeOffset At, LeaseOutcome Outcome);
