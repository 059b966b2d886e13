namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// The result of an attempt to acquire the lease. An acquired lease is released once, at the latest when this is disposed.
/// </summary>
internal sealed class LeaseAttempt : IAsyncDisposable
{
    public static readonly LeaseAttempt Unavailable = new(LeaseOutcome.Unavailable);

    private Func<TokenFailure?, ValueTask<bool>>? release;

    private LeaseAttempt(LeaseOutcome outcome) => Outcome = outcome;

    public LeaseOutcome Outcome { get; }

    /// <summary>If contended: the longest remaining time of the other replica's lease.</summary>
    public TimeSpan Remaining { get; private init; }

    /// <summary>
    /// If held off: how the other replica's token call failed. <see cref="TokenFailure.Pause"/> is the remaining time of the pause.
    /// </summary>
    public TokenFailure? Failure { get; private init; }

    /// <param name="release">Releases the lease, and returns whether it has stored the failure for other replicas.</param>
    public static LeaseAttempt Acquired(Func<TokenFailure?, ValueTask<bool>> release) => new(LeaseOutcome.Acquired) { release = release };

    public static LeaseAttempt Contended(TimeSpan remaining) => new(LeaseOutcome.Contended) { Remaining = remaining };

    public static LeaseAttempt HeldOff(TokenFailure failure) => new(LeaseOutcome.HeldOff) { Failure = failure };

    /// <summary>
    /// Releases the lease. Stores the failure as a note, so that no replica calls the token endpoint before its
    /// <see cref="TokenFailure.Pause"/> is over.
    /// </summary>
    /// <returns>Whether other replicas can read the note.</returns>
    public ValueTask<bool> ReleaseAsync(TokenFailure? note) =>
        Interlocked.Exchange(ref release, null)?.Invoke(note) ?? ValueTask.FromResult(false);

    public async ValueTask DisposeAsync() => await ReleaseAsync(note: null);
}
