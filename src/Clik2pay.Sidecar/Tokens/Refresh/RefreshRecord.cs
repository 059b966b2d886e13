namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>A refresh that has ended, as the status page shows it.</summary>
/// <param name="EndedAt">When the refresh ended, by the wall clock.</param>
/// <param name="Trigger">Why the refresh was started.</param>
/// <param name="Outcome">How the refresh ended.</param>
/// <param name="Duration">The time from the start of the refresh until requests could use its token, or until it failed.</param>
/// <param name="Reason">Why the refresh failed, for people; null if it did not. The text contains no secrets.</param>
internal sealed record RefreshRecord(
    DateTimeOffset EndedAt, RefreshTrigger Trigger, RefreshOutcome Outcome, TimeSpan Duration, string? Reason)
{
    public bool HasObtainedToken => Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted;

    public bool UsedPendingCredentials => Trigger == RefreshTrigger.Rotation;

    /// <summary>
    /// Whether this refresh repeats another that obtained no token. After a failure, the schedule and requests without a token start the
    /// next attempts. A refresh with any other trigger has a cause of its own.
    /// </summary>
    public bool IsRetryOf(RefreshRecord before) =>
        !before.HasObtainedToken
        && (Trigger == before.Trigger
            || (Trigger is RefreshTrigger.Scheduled or RefreshTrigger.Expired && !before.UsedPendingCredentials));
}
