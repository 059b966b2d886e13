namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// The result of an attempt to acquire the lease. An acquired lease is released once, at the latest when this object is disposed.
/// </summary>
internal sealed class LeaseAttempt : IAsyncDisposable
{
    public static readonly LeaseAttempt Unavailable = new(LeaseOutcome.Unavailable);

    private Func<TokenFailure?, ValueTask<LeaseRelease>>? release;

    private LeaseAttempt(LeaseOutcome outcome) => Outcome = outcome;

    public LeaseOutcome Outcome { get; }

    /// <summary>If contended: the time until the other replica's lease expires. Its owner may release it earlier.</summary>
    public TimeSpan Remaining { get; private init; }

    /// <summary>
    /// If held off: how the other replica's token call failed. <see cref="TokenFailure.Pause"/> is the remaining time of the pause.
    /// </summary>
    public TokenFailure? Failure { get; private init; }

    /// <summary>Whether the lease expired before it was released.</summary>
    public bool WasLost { get; private set; }

    /// <param name="release">Releases the lease. The argument is a failure to store for other replicas, or null.</param>
    public static LeaseAttempt Acquired(Func<TokenFailure?, ValueTask<LeaseRelease>> release) =>
        new(LeaseOutcome.Acquired) { release = release };

    public static LeaseAttempt Contended(TimeSpan remaining) => new(LeaseOutcome.Contended) { Remaining = remaining };

    public static LeaseAttempt HeldOff(TokenFailure failure) => new(LeaseOutcome.HeldOff) { Failure = failure };

    /// <summary>
    /// Releases the lease. Stores a failure as a note in the shared store, so that no replica calls the token endpoint before the
    /// <see cref="TokenFailure.Pause"/> of the failure is over.
    /// </summary>
    /// <param name="note">The failure; null if there is nothing to store.</param>
    /// <returns>Whether other replicas can read the note.</returns>
    public async ValueTask<bool> ReleaseAsync(TokenFailure? note)
    {
        if (Interlocked.Exchange(ref release, null) is not { } once)
            return false;

        var released = await once(note);
        WasLost = released == LeaseRelease.Lost;
        return released == LeaseRelease.NoteShared;
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync(note: null);
}
