using System.Collections.Concurrent;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The lease if Redis is not configured. Only the demo has several replicas in a process. They do not share failures.</summary>
internal sealed class InProcessTokenLease(TimeProvider time) : ITokenLease
{
    private readonly ConcurrentDictionary<TokenKey, Ownership> owners = new();

    public ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var now = time.GetMonotonicNow();
        var own = new Ownership(now + ITokenLease.Duration);
        var owner = owners.AddOrUpdate(key, own, (_, other) => other.EndsAt > now ? other : own);

        return ValueTask.FromResult(ReferenceEquals(owner, own)
            ? LeaseAttempt.Acquired(_ => Release(key, own))
            : LeaseAttempt.Contended(owner.EndsAt - now));
    }

    /// <summary>Releases the lease only if this owner still has it. After an expiry, another replica may own the lease.</summary>
    private ValueTask<LeaseRelease> Release(TokenKey key, Ownership own)
    {
        owners.TryRemove(KeyValuePair.Create(key, own));
        return ValueTask.FromResult(LeaseRelease.Released);
    }

    /// <summary>A class without value equality, because each acquisition is a different owner.</summary>
    private sealed class Ownership(TimeSpan endsAt)
    {
        public TimeSpan EndsAt { get; } = endsAt;
    }
}
