using System.Collections.Concurrent;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The store if Redis is not configured. Only the demo has several replicas in a process, which then share the store.</summary>
internal sealed class InProcessTokenStore(TimeProvider time) : ITokenStore
{
    private readonly ConcurrentDictionary<TokenKey, AccessToken> tokens = new();
    private readonly ConcurrentDictionary<TokenKey, string> rejected = new();

    public bool CanLoseTokens => false;

    public StoreStatus Status { get; } = new("this process");

    public ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var reading = tokens.TryGetValue(key, out var token) && token.IsValidAt(time.GetMonotonicNow())
            ? StoreReading.Found(token.With(key.Credentials))
            : StoreReading.Empty;
        return ValueTask.FromResult(rejected.TryGetValue(key, out var last) ? reading with { Rejected = [last] } : reading);
    }

    public ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        if (rejected.TryGetValue(key, out var last) && string.Equals(last, key.FingerprintOf(token.Identity), StringComparison.Ordinal))
            return ValueTask.FromResult(false);

        var stored = tokens.AddOrUpdate(key, token, (_, before) => before.ExpiresAt > token.ExpiresAt ? before : token);
        return ValueTask.FromResult(ReferenceEquals(stored, token));
    }

    public ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        rejected[key] = key.FingerprintOf(token.Identity);
        if (tokens.TryGetValue(key, out var stored) && stored.Identity == token.Identity)
            tokens.TryRemove(KeyValuePair.Create(key, stored));
        return ValueTask.FromResult(true);
    }
}
