namespace Clik2pay.Sidecar.Tokens;

/// <summary>What an attempt to acquire the lease brought. Disposing of an acquired one gives it back; of any other does nothing.</summary>
internal sealed class LeaseAttempt(LeaseOutcome outcome, Func<ValueTask>? release = null) : IAsyncDisposable
{
    private Func<ValueTask>? release = release;

    public LeaseOutcome Outcome { get; } = outcome;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref release, null)?.Invoke() ?? ValueTask.CompletedTask;
}
