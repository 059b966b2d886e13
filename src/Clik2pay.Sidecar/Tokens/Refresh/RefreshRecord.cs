namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>A refresh of the past, as the status page shows it.</summary>
/// <param name="EndedAt">By the wall clock, for people.</param>
/// <param name="Trigger">Why it was begun.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Duration">Until callers had its token, or it had failed.</param>
/// <param name="Reason">For people, when it failed. Never a secret.</param>
internal sealed record RefreshRecord(DateTimeOffset EndedAt, RefreshTrigger Trigger, RefreshOutcome Outcome, TimeSpan Duration, string? Reason);
