namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>The last refreshes, and when one brought a token last.</summary>
internal sealed class RefreshHistory
{
    /// <summary>How many are kept.</summary>
    public const int Length = 10;

    private readonly Lock changing = new();
    private readonly Queue<RefreshRecord> records = new(Length);
    private RefreshRecord? lastSuccess;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RefreshRecord> Records
    {
        get
        {
            lock (changing)
                return [.. records.Reverse()];
        }
    }

    public DateTimeOffset? LastSuccess => Volatile.Read(ref lastSuccess)?.EndedAt;

    public void Add(RefreshRecord record)
    {
        lock (changing)
        {
            if (records.Count == Length)
                records.Dequeue();
            records.Enqueue(record);
        }

        if (record.Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted)
            Volatile.Write(ref lastSuccess, record);
    }
}
