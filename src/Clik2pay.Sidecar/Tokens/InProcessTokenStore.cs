using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>The store where there is no Redis: shared by the replicas of one process, which is one in all but the demo.</summary>
internal sealed class InProcessTokenStore(TimeProvider time) : ITokenStore
{
    private readonly ConcurrentDictionary<TokenKey, AccessToken> tokens = new();

    public bool CanForget => false;

    public ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var now = time.GetMonotonicNow();
        return ValueTask.FromResult(tokens.TryGetValue(key, out var token) && token.IsValidAt(now)
            ? StoreReading.Found(new(token.Value, token.Lifetime, token.ExpiresAt - now))
            : StoreReading.Empty);
    }

    public ValueTask WriteAsync(TokenKey key, StoredToken token, CancellationToken cancellationToken)
    {
        var written = new AccessToken(token.Value, token.Lifetime, time.GetMonotonicNow() + token.Remaining);
        tokens.AddOrUpdate(key, written, (_, before) => before.ExpiresAt > written.ExpiresAt ? before : written);
        return ValueTask.CompletedTask;
    }
}
