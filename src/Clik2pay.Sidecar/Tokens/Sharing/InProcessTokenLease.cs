using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The lease where there is no Redis: replicas of one process take turns. Of a failure they tell each other nothing.</summary>
internal sealed class InProcessTokenLease(TimeProvider time) : ITokenLease
{
    private readonly ConcurrentDictionary<TokenKey, Holding> holdings = new();

    public ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var now = time.GetMonotonicNow();
        var mine = new Holding(now + ITokenLease.Duration);
        var holder = holdings.AddOrUpdate(key, mine, (_, other) => other.EndsAt > now ? other : mine);

        return ValueTask.FromResult(ReferenceEquals(holder, mine)
            ? LeaseAttempt.Acquired(_ => Release(key, mine))
            : LeaseAttempt.Contended(holder.EndsAt - now));
    }

    /// <summary>Removes the lease only if it is still the caller's own: one that ran out may be another's by now.</summary>
    private ValueTask<bool> Release(TokenKey key, Holding mine)
    {
        holdings.TryRemove(KeyValuePair.Create(key, mine));
        return ValueTask.FromResult(false);
    }

    private sealed class Holding(TimeSpan endsAt)
    {
        public TimeSpan EndsAt { get; } = endsAt;
    }
}
