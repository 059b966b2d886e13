using Clik2pay.Sidecar.Hosting;

using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Decides when to refresh next. Each kind of failure has its own pauses. Jitter spreads the refreshes of a fleet.</summary>
/// <param name="refreshAt">The fraction of a token's lifetime after which its successor is fetched.</param>
/// <param name="storeCanLoseTokens">Whether the shared store has to be polled.</param>
/// <param name="random">The source of the jitter.</param>
internal sealed class RefreshSchedule(double refreshAt, bool storeCanLoseTokens, Random random)
{
    /// <summary>The minimum time between two token calls, even if tokens expire after seconds.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The minimum time between two refreshes that a 401 or the wall clock has caused. An upstream that rejects every token must not cost a
    /// token call each time.
    /// </summary>
    public static readonly TimeSpan ForcedRefreshFloor = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause that the token endpoint can request.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>After a transient failure, a request can start the next attempt after at most this time.</summary>
    public static readonly TimeSpan LongestPauseOnDemand = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After a transient failure, the fleet makes the next attempt after at most this time, which is 180 calls in an hour of outage.
    /// </summary>
    public static readonly TimeSpan LongestSharedPause = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The longest time between two polls by a replica that has fetched the token, that has failed to obtain one, or that finds the store
    /// unavailable.
    /// </summary>
    public static readonly TimeSpan FrequentPollInterval = TimeSpan.FromSeconds(10);

    /// <summary>The longest time between two polls by any other replica. A thousand replicas make a few polls per second.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The largest move of the refresh point to either side, as a fraction of the lifetime: 36 s in total for a lifetime of an hour.
    /// </summary>
    private const double Jitter = 0.005;

    /// <summary>
    /// While the shared store is unavailable, replicas fetch for themselves between these fractions of the time from refresh point to
    /// expiry. With a lifetime of an hour and the default refresh point, that is 3 to 12 minutes after the refresh point. A short outage
    /// costs no token call. A long outage causes no burst of calls.
    /// </summary>
    private const double FirstAlone = 0.2;
    private const double LastAlone = 0.8;

    /// <summary>The shortest pause after refused credentials.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(60);

    /// <summary>After refused credentials, an attempt is made at most this long before the current token expires.</summary>
    private static readonly TimeSpan LastAttemptBeforeExpiry = TimeSpan.FromSeconds(30);

    /// <summary>How long the whole fleet makes no token call after a failure. Each replica adds its own jitter.</summary>
    /// <param name="failure">The failure of one replica's call.</param>
    /// <param name="failuresBefore">The number of failures in a row before it.</param>
    public static TimeSpan SharedPause(TokenFailure failure, int failuresBefore)
    {
        if (failure.Pause is { } requested)
            return Min(requested, LongestRetryAfter);

        // After refused credentials, the shared pause does not grow, so that a replica that starts after the cause was corrected does not
        // wait for long.
        var limits = GetLimits(failure.Kind);
        return failure.Kind == FailureKind.Refused ? limits.Shortest
            : failure.Kind == FailureKind.Throttled ? GetCeiling(limits, failuresBefore)
            : Min(GetCeiling(limits, failuresBefore), LongestSharedPause);
    }

    /// <summary>The status after a refresh.</summary>
    /// <param name="result">The result of the refresh.</param>
    /// <param name="before">The status before the refresh.</param>
    /// <param name="now">The current time, in <see cref="MonotonicTime"/>.</param>
    /// <param name="currentUntil">When the current token expires, or <paramref name="now"/> without a current token.</param>
    public RefreshStatus After(RefreshResult result, RefreshStatus before, TimeSpan now, TimeSpan currentUntil)
    {
        if (result.Token is { } token)
            return AfterSuccess(token.ExpiresAt, result.Lifetime, wasFetched: result.Outcome == RefreshOutcome.Success, now);

        if (result.Failure is { } failure)
            return AfterFailure(failure, before, now, currentUntil);

        // Deferred: the store is polled until it is time to fetch without the store.
        var next = GetNextPoll(isFrequent: true, now);
        return before with { DueAt = Min(next, before.FetchAloneAt), PollAt = next };
    }

    /// <summary>The status after a poll that found no newer token.</summary>
    public RefreshStatus AfterPoll(bool isAvailable, bool hasWrittenBack, RefreshStatus before, TimeSpan now)
    {
        var pollsOften = before.PollsOften || hasWrittenBack;
        var isFrequent = pollsOften || before.Failure is not null || !isAvailable;
        return before with { PollsOften = pollsOften, PollAt = GetNextPoll(isFrequent, now) };
    }

    private RefreshStatus AfterSuccess(TimeSpan expiresAt, TimeSpan lifetime, bool wasFetched, TimeSpan now)
    {
        var fromRefreshToExpiry = lifetime * (1 - (refreshAt + (Jitter * ((2 * random.NextDouble()) - 1))));

        // No refresh is due before the token is in use. Otherwise, each settling token could be replaced by another settling one.
        var untilInUse = Min(2 * AccessToken.GetSettlingTime(lifetime), (expiresAt - now) / 2);
        var alone = FirstAlone + ((LastAlone - FirstAlone) * random.NextDouble());
        return new()
        {
            DueAt = Max(expiresAt - fromRefreshToExpiry, now + Max(Floor, untilInUse)),
            NotBefore = now + Floor,
            FetchAloneAt = expiresAt - (fromRefreshToExpiry * (1 - alone)),
            PollAt = GetNextPoll(wasFetched, now),
            PollsOften = wasFetched,
            HasObtainedToken = true,
        };
    }

    private RefreshStatus AfterFailure(TokenFailure failure, RefreshStatus before, TimeSpan now, TimeSpan currentUntil)
    {
        var pause = GetPause(failure, before.Failures);

        // A transient failure may end at any moment, so a request without a token can start the next attempt sooner. If the failure has a
        // pause, the pause applies to requests too.
        var isTransient = failure is { Kind: FailureKind.Unavailable or FailureKind.InvalidResponse, Pause: null };
        var pauseOfRequests = isTransient ? Min(pause, LongestPauseOnDemand * (0.5 + (0.5 * random.NextDouble()))) : pause;

        // Credentials that worked before may be refused temporarily. The next attempt is made shortly before the current token expires, but
        // at the earliest a minute after the last attempt, and at the latest after the usual pause.
        if (failure.Kind == FailureKind.Refused && before.HasObtainedToken)
        {
            pauseOfRequests = RefusedPause;
            var untilLastAttempt = currentUntil - now - (LastAttemptBeforeExpiry * (0.5 + (0.5 * random.NextDouble())));
            pause = Min(pause, Max(RefusedPause * (1 + (0.1 * random.NextDouble())), untilLastAttempt));
        }

        return before with
        {
            DueAt = now + pause,
            NotBefore = now + pauseOfRequests,
            PollAt = GetNextPoll(isFrequent: true, now),
            Failure = failure,
            WasRefused = before.WasRefused || failure.Kind == FailureKind.Refused,
            Failures = before.Failures + 1,
        };
    }

    private TimeSpan GetNextPoll(bool isFrequent, TimeSpan now) =>
        storeCanLoseTokens
            ? now + ((isFrequent ? FrequentPollInterval : PollInterval) * (1 - (0.4 * random.NextDouble())))
            : TimeSpan.MaxValue;

    /// <summary>
    /// The pause of the failure, or else exponential backoff: a random time between the kind's shortest pause and a maximum that doubles
    /// with each failure.
    /// </summary>
    private TimeSpan GetPause(TokenFailure failure, int failuresBefore)
    {
        var limits = GetLimits(failure.Kind);
        var pause = limits.Shortest + ((GetCeiling(limits, failuresBefore) - limits.Shortest) * random.NextDouble());
        if (failure.Pause is not { } requested)
            return pause;

        var limited = Min(Max(requested, limits.Shortest), LongestRetryAfter) + (limits.Shortest * random.NextDouble());
        return failure.Kind == FailureKind.Refused ? Max(limited, pause) : limited;
    }

    /// <summary>Refused credentials stay refused until somebody acts. Other failures can end at any moment.</summary>
    private static (TimeSpan Shortest, TimeSpan Longest) GetLimits(FailureKind kind) => kind switch
    {
        FailureKind.Refused => (RefusedPause, TimeSpan.FromMinutes(15)),
        FailureKind.Throttled => (TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2)),
        _ => (Floor, TimeSpan.FromSeconds(30)),
    };

    /// <summary>The factor is limited to 2^10, where every pause has reached its maximum.</summary>
    private static TimeSpan GetCeiling((TimeSpan Shortest, TimeSpan Longest) limits, int failuresBefore) =>
        Min(limits.Longest, limits.Shortest * Math.Pow(2, Math.Min(failuresBefore + 1, 10)));
}
