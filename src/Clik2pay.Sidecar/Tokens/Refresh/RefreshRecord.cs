namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>A refresh that has ended, as the status page shows it.</summary>
/// <param name="EndedAt">By the wall clock, for people.</param>
/// <param name="Trigger">Why it was started.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Duration">Until requests could use its token, or until it failed.</param>
/// <param name="Reason">Why it failed, for people; null if it did not. Without secrets.</param>
internal sealed record RefreshRecord(
    DateTimeOffset EndedAt, RefreshTrigger Trigger, RefreshOutcome Outcome, TimeSpan Duration, string? Reason);
