namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>What an attempt to acquire the lease brought. An acquired one is given back once, by disposing of it at the latest.</summary>
internal sealed class LeaseAttempt : IAsyncDisposable
{
    public static readonly LeaseAttempt Unavailable = new(LeaseOutcome.Unavailable);

    private Func<TokenFailure?, ValueTask<bool>>? release;

    private LeaseAttempt(LeaseOutcome outcome) => Outcome = outcome;

    public LeaseOutcome Outcome { get; }

    /// <summary>When contended: for how long the other replica can still hold it.</summary>
    public TimeSpan Remaining { get; private init; }

    /// <summary>When held off: how the other replica failed. Its <see cref="TokenFailure.RetryAfter"/> is what is left of the pause.</summary>
    public TokenFailure? Failure { get; private init; }

    /// <param name="release">Gives it back, and says whether it has left the note for the others.</param>
    public static LeaseAttempt Acquired(Func<TokenFailure?, ValueTask<bool>> release) => new(LeaseOutcome.Acquired) { release = release };

    public static LeaseAttempt Contended(TimeSpan remaining) => new(LeaseOutcome.Contended) { Remaining = remaining };

    public static LeaseAttempt HeldOff(TokenFailure failure) => new(LeaseOutcome.HeldOff) { Failure = failure };

    /// <summary>Gives it back and leaves a note: nobody is to try again before the failure's <see cref="TokenFailure.RetryAfter"/> is over.</summary>
    /// <returns>Whether the others will see the note.</returns>
    public ValueTask<bool> ReleaseAsync(TokenFailure? note) => Interlocked.Exchange(ref release, null)?.Invoke(note) ?? ValueTask.FromResult(false);

    public async ValueTask DisposeAsync() => await ReleaseAsync(note: null);
}
