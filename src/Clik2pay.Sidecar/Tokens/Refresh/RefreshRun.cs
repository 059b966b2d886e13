namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Consecutive refreshes that failed in the same way, or one other refresh. The status shows a run as one entry.</summary>
/// <param name="First">The first refresh of the run.</param>
/// <param name="Last">The last refresh of the run. Equal to <paramref name="First"/> if the run has only one refresh.</param>
/// <param name="Attempts">The number of refreshes in the run.</param>
/// <param name="FailuresBefore">
/// The number of consecutive failed attempts that the first refresh follows as a retry. 0 if the first refresh isn't a retry.
/// </param>
internal sealed record RefreshRun(RefreshRecord First, RefreshRecord Last, int Attempts, int FailuresBefore)
{
    /// <summary>The number of attempts that obtained no token, including the attempts before this run.</summary>
    public int Failures => FailuresBefore + Attempts;

    /// <summary>Starts a run.</summary>
    /// <param name="refresh">The first refresh of the run.</param>
    /// <param name="before">The runs before it, newest first.</param>
    public static RefreshRun Start(RefreshRecord refresh, IEnumerable<RefreshRun> before)
    {
        // Attempts with pending credentials come between the attempts with the credentials in use. Neither repeats the other.
        var last = before
            .TakeWhile(run => !run.Last.HasObtainedToken)
            .FirstOrDefault(run => run.Last.UsedPendingCredentials == refresh.UsedPendingCredentials);
        return new(refresh, refresh, Attempts: 1, last is not null && refresh.IsRetryOf(last.Last) ? last.Failures : 0);
    }

    /// <summary>Whether the refresh repeats this run with the same result.</summary>
    public bool Includes(RefreshRecord refresh) =>
        refresh.IsRetryOf(Last) && refresh.Outcome == Last.Outcome && refresh.Reason == Last.Reason;

    public RefreshRun With(RefreshRecord refresh) => this with { Last = refresh, Attempts = Attempts + 1 };
}
