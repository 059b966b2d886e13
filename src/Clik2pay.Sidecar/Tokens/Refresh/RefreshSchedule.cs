using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>When to refresh next. Each kind of failure has its own pace; all of it is jittered, so that a fleet does not march in step.</summary>
/// <param name="refreshAt">The fraction of a token's life after which its successor is fetched.</param>
/// <param name="storeCanForget">Whether the shared token has to be looked after.</param>
/// <param name="random">Where the jitter comes from.</param>
internal sealed class RefreshSchedule(double refreshAt, bool storeCanForget, Random random)
{
    /// <summary>Between two calls of the token endpoint, even when tokens live only for seconds.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(1);

    /// <summary>A throttling token endpoint is obeyed for at most so long.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>After a passing failure a request may bring the next attempt about when so much of the pause is over.</summary>
    public static readonly TimeSpan LongestPauseOnDemand = TimeSpan.FromSeconds(5);

    /// <summary>After a passing failure the fleet's next attempt comes after at most so long: 180 calls in an hour without a token.</summary>
    public static readonly TimeSpan LongestSharedPause = TimeSpan.FromSeconds(20);

    /// <summary>The replica that fetched the token, and every one that finds the store away or has failed, looks this often at most.</summary>
    public static readonly TimeSpan KeeperInterval = TimeSpan.FromSeconds(10);

    /// <summary>The others look this often at most, in case that one is gone: a thousand of them cost a few looks a second.</summary>
    public static readonly TimeSpan OthersInterval = TimeSpan.FromMinutes(5);

    /// <summary>The refresh point moves by at most this fraction of the life to either side: 36 s in all for an hour.</summary>
    private const double Jitter = 0.005;

    /// <summary>
    /// While the shared store is away, replicas fetch for themselves between these parts of the time that is left at the refresh point: of an
    /// hourly token from 3 to 12 minutes after it. A short outage costs no token call, a long one no burst.
    /// </summary>
    private const double FirstAlone = 0.2;
    private const double LastAlone = 0.8;

    /// <summary>
    /// If credentials are refused that have worked before, the refusal may pass. From this time before the current token's expiry, an
    /// attempt is made every <see cref="PauseForAcceptedCredentials"/>.
    /// </summary>
    private static readonly TimeSpan FrequentRetryWindow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseForAcceptedCredentials = TimeSpan.FromSeconds(60);

    /// <summary>For how long the whole fleet leaves the token endpoint alone after a failure. One moment for all; each replica adds its own jitter.</summary>
    /// <param name="failure">How the one attempt failed.</param>
    /// <param name="failuresBefore">How many had failed in a row before.</param>
    public static TimeSpan SharedPause(TokenFailure failure, int failuresBefore)
    {
        if (failure.RetryAfter is { } asked)
            return Min(asked, LongestRetryAfter);

        // Refused credentials: short, for a fleet that is started again after a repair at the provider's side finds this note.
        var limits = LimitsOf(failure.Outcome);
        return failure.Outcome == RefreshOutcome.Rejected ? limits.Shortest
            : failure.Outcome == RefreshOutcome.Throttled ? Ceiling(limits, failuresBefore)
            : Min(Ceiling(limits, failuresBefore), LongestSharedPause);
    }

    /// <param name="result">The result of the refresh.</param>
    /// <param name="before">The status before the refresh.</param>
    /// <param name="now">In <see cref="MonotonicTime"/>.</param>
    /// <param name="currentUntil">When the current token expires, or <paramref name="now"/> without a current token.</param>
    public RefreshStatus After(RefreshResult result, RefreshStatus before, TimeSpan now, TimeSpan currentUntil)
    {
        if (result.Token is { } token)
        {
            var left = token.Lifetime * (1 - (refreshAt + (Jitter * ((2 * random.NextDouble()) - 1))));
            var isKeeper = result.Outcome == RefreshOutcome.Success;
            return new()
            {
                // Not before the token is in use. Otherwise, each settling token could be replaced by another settling one.
                DueAt = Max(token.ExpiresAt - left, now + Max(Floor, Min(2 * token.SettlingTime, (token.ExpiresAt - now) / 2))),
                NotBefore = now + Floor,
                AloneAt = token.ExpiresAt - (left * (1 - (FirstAlone + ((LastAlone - FirstAlone) * random.NextDouble())))),
                LookAt = NextLook(isKeeper, now),
                IsKeeper = isKeeper,
                HasObtainedToken = true,
            };
        }

        if (result.Failure is not { } failure)
        {
            // Put off: the store is looked for again, until it is time to do without it.
            var next = NextLook(isKeen: true, now);
            return before with { DueAt = Min(next, before.AloneAt), LookAt = next };
        }

        var pause = PauseAfter(failure, before.Failures);

        // A failure that may end at any moment is retried sooner if a request waits, unless the token endpoint asked for a pause.
        var isPassing = failure is { Outcome: RefreshOutcome.Unavailable or RefreshOutcome.InvalidResponse, RetryAfter: null };
        var shortest = isPassing ? Min(pause, LongestPauseOnDemand * (0.5 + (0.5 * random.NextDouble()))) : pause;
        if (failure.Outcome == RefreshOutcome.Rejected && before.HasObtainedToken)
        {
            shortest = PauseForAcceptedCredentials;
            var untilFrequentRetries = currentUntil - now - (FrequentRetryWindow * (0.5 + (0.5 * random.NextDouble())));
            pause = Min(pause, Max(shortest * (1 + (0.1 * random.NextDouble())), untilFrequentRetries));
        }

        return before with
        {
            DueAt = now + pause,
            NotBefore = now + shortest,
            LookAt = NextLook(isKeen: true, now),
            Failure = failure,
            Failures = before.Failures + 1,
        };
    }

    /// <summary>After a look that brought no token.</summary>
    public RefreshStatus AfterLook(LookOutcome outcome, RefreshStatus before, TimeSpan now)
    {
        var isKeeper = before.IsKeeper || outcome == LookOutcome.WrittenBack;
        var isKeen = isKeeper || before.Failure is not null || outcome == LookOutcome.Unavailable;
        return before with { IsKeeper = isKeeper, LookAt = NextLook(isKeen, now) };
    }

    private TimeSpan NextLook(bool isKeen, TimeSpan now) =>
        storeCanForget ? now + ((isKeen ? KeeperInterval : OthersInterval) * (1 - (0.4 * random.NextDouble()))) : TimeSpan.MaxValue;

    /// <summary>Exponential backoff with full jitter above a floor of the kind's own, or what was asked for.</summary>
    private TimeSpan PauseAfter(TokenFailure failure, int failuresBefore)
    {
        var limits = LimitsOf(failure.Outcome);
        var pause = limits.Shortest + ((Ceiling(limits, failuresBefore) - limits.Shortest) * random.NextDouble());
        if (failure.RetryAfter is not { } asked)
            return pause;

        var obeyed = Min(Max(asked, limits.Shortest), LongestRetryAfter) + (limits.Shortest * random.NextDouble());
        return failure.Outcome == RefreshOutcome.Rejected ? Max(obeyed, pause) : obeyed;
    }

    /// <summary>Refused credentials stay refused until somebody acts; everything else may be over in a moment.</summary>
    private static (TimeSpan Shortest, TimeSpan Longest) LimitsOf(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Rejected => (TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(15)),
        RefreshOutcome.Throttled => (TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2)),
        _ => (Floor, TimeSpan.FromSeconds(30)),
    };

    /// <summary>Beyond 2^10 every pause is at its longest anyway.</summary>
    private static TimeSpan Ceiling((TimeSpan Shortest, TimeSpan Longest) limits, int failuresBefore) =>
        Min(limits.Longest, limits.Shortest * Math.Pow(2, Math.Min(failuresBefore + 1, 10)));
}
