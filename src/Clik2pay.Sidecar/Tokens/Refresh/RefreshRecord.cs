namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>A refresh that has ended, as the status page shows it.</summary>
/// <param name="EndedAt">When the refresh ended, by the wall clock.</param>
/// <param name="Trigger">Why the refresh was started.</param>
/// <param name="Outcome">How the refresh ended.</param>
/// <param name="Duration">The time from the start of the refresh until requests could use its token, or until it failed.</param>
/// <param name="Reason">Why the refresh failed, for people; null if it did not. The text contains no secrets.</param>
internal sealed record RefreshRecord(
    DateTimeOffset EndedAt, RefreshTrigger Trigger, RefreshOutcome Outcome, TimeSpan Duration, string? Reason);
