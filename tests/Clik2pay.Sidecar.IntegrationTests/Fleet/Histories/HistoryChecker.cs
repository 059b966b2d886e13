namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>The rules for every history of a fleet.</summary>
internal sealed class HistoryChecker(History history)
{
    /// <summary>
    /// When a fault is over, a replica has a token or reports why not after at most this time: a lease without its owner ends after 15 s,
    /// the pause after failed token calls after 20 s, and a call itself waits for up to 10 s.
    /// </summary>
    public static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A token that a replica obtains alone belongs to a fault for this time after its end: an attempt to reach Redis that began before
    /// takes up to 2 s, because a dropped packet is sent again after 1 s and then only after 3 s.
    /// </summary>
    public static readonly TimeSpan LateLimit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Without faults, all replicas share their tokens after at most this time: a replica that waits for Redis polls it that often.
    /// </summary>
    public static readonly TimeSpan SharingLimit = TimeSpan.FromSeconds(10);

    /// <summary>Tokens that were issued within this time have the same age, because their calls may have overlapped.</summary>
    private static readonly TimeSpan SameAge = TimeSpan.FromSeconds(1);

    /// <summary>Redis rounds to milliseconds, and on a busy machine some go by between its clock and its expiry.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, TokenIssue> issues = history.Issues.ToDictionary(issue => issue.Token, StringComparer.Ordinal);

    /// <summary>The greatest number of tokens in the whole history.</summary>
    public int AllowedTokens => history.Faults.Sum(history.Pace.TokensAddedBy)
        + history.Issues.Take(1).Sum(first => history.Pace.TokensIn(history.EndedAt - first.IssuedAt));

    /// <returns>The violations, each with the events around it.</returns>
    public IReadOnlyList<string> Check() =>
    [
        .. CheckTokens(), .. CheckPeriods(), .. CheckTotal(), .. CheckOrder(), .. CheckStore(), .. CheckSharing(), .. CheckRecovery(),
    ];

    /// <summary>
    /// No request carries a token that was never issued, or that expired before its caller sent it. A token that expires while the
    /// request is on its way isn't a violation: the process may have been stopped between reading the token and sending it.
    /// </summary>
    private IEnumerable<string> CheckTokens()
    {
        foreach (var request in history.Requests)
        {
            if (!issues.TryGetValue(request.Token, out var issue))
                yield return Explain("A token that was never issued was used", request.ArrivedAt, request);
            else if (request.SentAt > issue.ExpiresAt)
                yield return Explain("An expired token was used", request.ArrivedAt, request, issue);
        }
    }

    /// <summary>From the start of a fault to the start of the next one, token calls stay within the pace.</summary>
    private IEnumerable<string> CheckPeriods()
    {
        var faults = history.Faults.ToList();
        for (var i = 0; i < faults.Count; i++)
        {
            var (from, to) = (faults[i].StartedAt, i + 1 < faults.Count ? faults[i + 1].StartedAt : history.EndedAt);
            var issued = history.Issues.Count(issue => issue.IssuedAt >= from && issue.IssuedAt < to);
            var late = faults.Take(i).Where(fault => fault.EndedAt + LateLimit > from);
            var allowed = history.Pace.TokensIn(to - from) + late.Append(faults[i]).Sum(history.Pace.TokensAddedBy);
            if (issued > allowed)
                yield return Explain($"{issued} tokens were obtained instead of at most {allowed}", to, faults[i]);

            var refused = history.Refusals.Count(at => at >= from && at < to);
            if (refused > FleetPace.RefusalsIn(faults[i]))
                yield return Explain($"{refused} token calls failed instead of at most {FleetPace.RefusalsIn(faults[i])}", to, faults[i]);
        }
    }

    /// <summary>The same over the whole history, where the last fraction of an interval counts only once.</summary>
    private IEnumerable<string> CheckTotal()
    {
        if (history.Issues.Count > AllowedTokens)
            yield return $"{history.Issues.Count} tokens were obtained in the whole history instead of at most {AllowedTokens}.";
    }

    /// <summary>
    /// No older token replaces a newer one in a process: a request that is sent after another one has arrived at the upstream carries the
    /// token of that one or a newer one.
    /// </summary>
    private IEnumerable<string> CheckOrder()
    {
        var known = history.Requests.Where(request => issues.ContainsKey(request.Token));
        foreach (var process in known.GroupBy(request => request.Process, StringComparer.Ordinal))
        {
            var arrived = new Queue<ArrivedRequest>(process.OrderBy(request => request.ArrivedAt));
            ArrivedRequest? newest = null;
            foreach (var request in process.OrderBy(request => request.SentAt))
            {
                while (arrived.TryPeek(out var next) && next.ArrivedAt < request.SentAt)
                {
                    arrived.Dequeue();
                    newest = newest is null || issues[next.Token].IssuedAt > issues[newest.Token].IssuedAt ? next : newest;
                }

                if (newest is not null && issues[request.Token].IssuedAt + SameAge < issues[newest.Token].IssuedAt)
                    yield return Explain("An older token replaced a newer one", request.ArrivedAt, newest, request);
            }
        }
    }

    /// <summary>
    /// No older token replaces a newer one in Redis, as long as Redis keeps what it stores. A read during a fault that loses the token can
    /// come before or after the loss, so it is compared with no other.
    /// </summary>
    private IEnumerable<string> CheckStore()
    {
        var losses = history.Faults.Where(fault => fault.MayLoseStoredToken).ToList();
        StoredExpiry? newest = null;
        foreach (var stored in history.StoredExpiries.OrderBy(stored => stored.AskedAt))
        {
            if (newest?.Server != stored.Server
                || losses.Exists(loss => loss.EndedAt >= newest.AskedAt && loss.StartedAt <= stored.AskedAt))
            {
                newest = null;
            }

            if (newest is not null && stored.ExpiresAt + Rounding < newest.ExpiresAt)
                yield return Explain("An older token replaced a newer one in Redis", stored.AskedAt, newest, stored);
            else if (newest is null || stored.ExpiresAt > newest.ExpiresAt)
                newest = stored;
        }
    }

    /// <summary>Some time after the last fault, all replicas use the newest token, or its predecessor until they switch.</summary>
    private IEnumerable<string> CheckSharing() =>
        from quiet in history.Faults
        where quiet.Kind == FaultKind.Quiet
        from request in history.Requests
        where request.SentAt >= quiet.StartedAt + SharingLimit && request.SentAt <= quiet.EndedAt
        let newest = history.Issues.Where(issue => issue.IssuedAt <= request.SentAt).OrderBy(issue => issue.IssuedAt).TakeLast(2)
        where !newest.Any(issue => issue.Token == request.Token)
        select Explain("A replica did not share the fleet's token", request.SentAt, quiet, request);

    /// <summary>In a bounded time after each fault every replica forwards a call, or gives the reason why it does not.</summary>
    private IEnumerable<string> CheckRecovery() =>
        from fault in history.Faults
        from replica in Enumerable.Range(0, history.Replicas)
        let calls = history.Calls.Where(call =>
            call.Replica == replica && call.SentAt >= fault.EndedAt && call.EndedAt <= fault.EndedAt + RecoveryLimit).ToList()
        where !calls.Exists(call => call.Outcome == Call.Served) && calls.MaxBy(call => call.EndedAt)?.IsExplained != true
        select Explain($"Replica {replica} neither has a token nor reports why not", fault.EndedAt + RecoveryLimit, fault);

    private string Explain(string violation, TimeSpan at, params object[] events) =>
        $"{violation}:\n{string.Join('\n', events)}\nBefore that:\n{history.Describe(at - RecoveryLimit, at)}";
}
