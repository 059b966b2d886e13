namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The last refreshes, the last one that obtained a token, and the last attempt to acquire the lease.</summary>
internal sealed class RefreshHistory
{
    /// <summary>The number of runs that are kept.</summary>
    public const int Length = 10;

    private readonly Lock changing = new();
    private readonly List<RefreshRun> runs = new(Length + 1);
    private DateTimeOffset? lastSuccess;
    private (DateTimeOffset At, LeaseOutcome Outcome)? lastLease;

    /// <summary>The refreshes, newest first. A long outage is one run, so it does not displace the runs before it.</summary>
    public IReadOnlyList<RefreshRun> Runs
    {
        get
        {
            lock (changing)
                return [.. runs];
        }
    }

    /// <summary>When a refresh last obtained a token. Null before the first one.</summary>
    public DateTimeOffset? LastSuccess
    {
        get
        {
            lock (changing)
                return lastSuccess;
        }
    }

    /// <summary>The last attempt to acquire the lease. Null before the first one.</summary>
    public (DateTimeOffset At, LeaseOutcome Outcome)? LastLease
    {
        get
        {
            lock (changing)
                return lastLease;
        }
    }

    public void Add(RefreshRecord record)
    {
        lock (changing)
        {
            if (runs is [var last, ..] && last.Includes(record))
                runs[0] = last.With(record);
            else
                runs.Insert(0, RefreshRun.Start(record, before: runs));
            if (runs.Count > Length)
                runs.RemoveAt(Length);
            if (record.HasObtainedToken)
                lastSuccess = record.EndedAt;
        }
    }

    public void AddLeaseAttempt(DateTimeOffset at, LeaseOutcome outcome)
    {
        lock (changing)
            lastLease = (at, outcome);
    }
}
