using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Checking;

/// <summary>Checks the history of a fleet against the rules that hold in spite of all faults.</summary>
internal sealed class HistoryChecker(History history)
{
    /// <summary>
    /// After a fault, each replica has a token, or reports the reason why not, within this time. A lease whose owner is gone expires after
    /// 15 s, the pause after failed token calls lasts 20 s, and a call waits up to 10 s.
    /// </summary>
    public static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For this time after a fault, an additional token is still attributed to the fault. An attempt to reach Redis that began during the
    /// fault takes up to 2 s, because a dropped packet is sent again after 1 s and then only after 3 s.
    /// </summary>
    public static readonly TimeSpan LateLimit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Without faults, all replicas share their tokens within this time. A replica that cannot reach Redis polls it at least this often.
    /// </summary>
    public static readonly TimeSpan SharingLimit = TimeSpan.FromSeconds(10);

    /// <summary>Tokens that were issued within this time count as equally old, because their token calls may have overlapped.</summary>
    private static readonly TimeSpan SameAge = TimeSpan.FromSeconds(1);

    /// <summary>Redis rounds to milliseconds, and time passes between its readings of the clock and of the expiry.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, TokenIssue> issues = history.Issues.ToDictionary(issue => issue.Token, StringComparer.Ordinal);

    /// <summary>The maximum number of tokens in the whole history.</summary>
    public int AllowedTokens => history.Faults.Sum(history.Pace.TokensAddedBy)
        + history.Issues.Take(1).Sum(first => history.Pace.TokensIn(history.EndedAt - first.IssuedAt));

    /// <returns>The violations, each with the events around it.</returns>
    public IReadOnlyList<string> Check() =>
    [
        .. CheckTokens(), .. CheckPeriods(), .. CheckTotal(), .. CheckOrder(), .. CheckStore(), .. CheckSharing(), .. CheckRecovery(),
    ];

    /// <summary>
    /// Every request has a token that was issued and that had not expired when the caller sent the request. A token may expire before the
    /// request arrives, because the process may have been stopped between reading the token and sending it.
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

    /// <summary>From the start of a fault to the start of the next one, the number of token calls is limited.</summary>
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

            var failed = history.FailedTokenCalls.Count(at => at >= from && at < to);
            var allowedFailures = FleetPace.FailedTokenCallsIn(faults[i]);
            if (failed > allowedFailures)
                yield return Explain($"{failed} token calls failed instead of at most {allowedFailures}", to, faults[i]);
        }
    }

    /// <summary>Limits the tokens in the whole history. This limit is stricter than the sum of the limits of all periods.</summary>
    private IEnumerable<string> CheckTotal()
    {
        if (history.Issues.Count > AllowedTokens)
            yield return $"{history.Issues.Count} tokens were obtained in the whole history instead of at most {AllowedTokens}.";
    }

    /// <summary>
    /// No older token replaces a newer one in a process. If a request is sent after another one has arrived at the upstream, its token is
    /// the same or a newer one.
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
    /// No older token replaces a newer one in Redis unless Redis lost the newer one. During a fault that loses the token, a read may come
    /// before or after the loss, so it is not compared.
    /// </summary>
    private IEnumerable<string> CheckStore()
    {
        var losses = history.Faults.Where(fault => fault.MayLoseStoredToken).ToList();
        StoredExpiry? newest = null;
        foreach (var stored in history.StoredExpiries.OrderBy(stored => stored.ReadAt))
        {
            if (newest?.Server != stored.Server
                || losses.Exists(loss => loss.EndedAt >= newest.ReadAt && loss.StartedAt <= stored.ReadAt))
            {
                newest = null;
            }

            if (newest is not null && stored.ExpiresAt + Rounding < newest.ExpiresAt)
                yield return Explain("An older token replaced a newer one in Redis", stored.ReadAt, newest, stored);
            else if (newest is null || stored.ExpiresAt > newest.ExpiresAt)
                newest = stored;
        }
    }

    /// <summary>Without faults, all replicas use the newest token, or the previous one until they adopt the newest.</summary>
    private IEnumerable<string> CheckSharing() =>
        from quiet in history.Faults
        where quiet.Kind == FaultKind.Quiet
        from request in history.Requests
        where request.SentAt >= quiet.StartedAt + SharingLimit && request.SentAt <= quiet.EndedAt
        let newest = history.Issues.Where(issue => issue.IssuedAt <= request.SentAt).OrderBy(issue => issue.IssuedAt).TakeLast(2)
        where !newest.Any(issue => issue.Token == request.Token)
        select Explain("A replica did not share the fleet's token", request.SentAt, quiet, request);

    /// <summary>Within a limited time after each fault, every replica forwards a call or reports the reason why not.</summary>
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
