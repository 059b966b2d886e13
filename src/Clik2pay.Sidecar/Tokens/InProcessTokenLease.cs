using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>The lease where there is no Redis: replicas of one process take turns.</summary>
internal sealed class InProcessTokenLease(TimeProvider time) : ITokenLease
{
    private readonly ConcurrentDictionary<TokenKey, Holding> holdings = new();

    public TimeSpan Duration { get; } = TokenEndpointClient.Timeout + TimeSpan.FromSeconds(5);

    public ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var now = time.GetMonotonicNow();
        var mine = new Holding(now + Duration);
        var holder = holdings.AddOrUpdate(key, mine, (_, other) => other.EndsAt > now ? other : mine);

        return ValueTask.FromResult(ReferenceEquals(holder, mine)
            ? new LeaseAttempt(LeaseOutcome.Acquired, () => Release(key, mine))
            : new LeaseAttempt(LeaseOutcome.Contended));
    }

    /// <summary>Removes the lease only if it is still the caller's own: one that ran out may be another's by now.</summary>
    private ValueTask Release(TokenKey key, Holding mine)
    {
        holdings.TryRemove(KeyValuePair.Create(key, mine));
        return ValueTask.CompletedTask;
    }

    private sealed class Holding(TimeSpan endsAt)
    {
        public TimeSpan EndsAt { get; } = endsAt;
    }
}
