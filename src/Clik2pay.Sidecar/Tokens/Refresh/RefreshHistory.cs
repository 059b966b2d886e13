namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The last refreshes, the last one that obtained a token, and the last attempt to acquire the lease.</summary>
internal sealed class RefreshHistory
{
    /// <summary>The number of refreshes that are kept.</summary>
    public const int Length = 10;

    private readonly Lock changing = new();
    private readonly Queue<RefreshRecord> records = new(Length);
    private DateTimeOffset? lastSuccess;
    private (DateTimeOffset At, LeaseOutcome Outcome)? lastLease;

    /// <summary>The refreshes, newest first.</summary>
    public IReadOnlyList<RefreshRecord> Records
    {
        get
        {
            lock (changing)
                return [.. records.Reverse()];
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
            if (records.Count == Length)
                records.Dequeue();
            records.Enqueue(record);
            if (record.Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted)
                lastSuccess = record.EndedAt;
        }
    }

    public void AddLeaseAttempt(DateTimeOffset at, LeaseOutcome outcome)
    {
        lock (changing)
            lastLease = (at, outcome);
    }
}
