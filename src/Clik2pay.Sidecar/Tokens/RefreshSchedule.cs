namespace Clik2pay.Sidecar.Tokens;

/// <summary>When to refresh next. Each kind of failure has its own pace; all of it is jittered, so that a fleet does not march in step.</summary>
/// <param name="refreshAt">The fraction of a token's life after which its successor is fetched.</param>
/// <param name="random">Where the jitter comes from.</param>
internal sealed class RefreshSchedule(double refreshAt, Random random)
{
    /// <summary>Between two calls of the token endpoint, even when tokens live only for seconds.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(1);

    /// <summary>A throttling token endpoint is obeyed for at most so long.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>After a passing failure a request may bring the next attempt about when so much of the pause is over.</summary>
    public static readonly TimeSpan LongestPauseOnDemand = TimeSpan.FromSeconds(5);

    /// <summary>The refresh point moves by at most this fraction of the life to either side: 36 s in all for an hour.</summary>
    private const double Jitter = 0.005;

    public RefreshStatus After(RefreshResult result, RefreshStatus before, TimeSpan now)
    {
        if (result.Token is { } token)
        {
            var untilExpiry = token.Lifetime * (1 - (refreshAt + (Jitter * ((2 * random.NextDouble()) - 1))));
            return new(DueAt: Max(token.ExpiresAt - untilExpiry, now + Floor), NotBefore: now + Floor, Failure: null, Failures: 0, HasHeldToken: true);
        }

        var failure = result.Failure!;
        var pause = PauseAfter(failure, before.Failures);

        // What may be over in a moment is looked at sooner when somebody waits for it, unless the token endpoint asked not to.
        var isPassing = failure is { Outcome: RefreshOutcome.Unavailable or RefreshOutcome.InvalidResponse, RetryAfter: null };
        var shortest = isPassing ? Min(pause, LongestPauseOnDemand * (0.5 + (0.5 * random.NextDouble()))) : pause;
        return before with { DueAt = now + pause, NotBefore = now + shortest, Failure = failure, Failures = before.Failures + 1 };
    }

    /// <summary>Exponential backoff with full jitter above a floor of the kind's own, or what the token endpoint asked for.</summary>
    private TimeSpan PauseAfter(TokenFailure failure, int failuresBefore)
    {
        // Refused credentials stay refused until somebody acts; everything else may be over in a moment.
        var (shortest, longest) = failure.Outcome switch
        {
            RefreshOutcome.Rejected => (TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(15)),
            RefreshOutcome.Throttled => (TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2)),
            _ => (Floor, TimeSpan.FromSeconds(30)),
        };

        if (failure.RetryAfter is { } asked)
            return Min(Max(asked, shortest), LongestRetryAfter) + (shortest * random.NextDouble());

        // Beyond 2^10 every pause is at its longest anyway.
        var ceiling = Min(longest, shortest * Math.Pow(2, Math.Min(failuresBefore + 1, 10)));
        return shortest + ((ceiling - shortest) * random.NextDouble());
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
