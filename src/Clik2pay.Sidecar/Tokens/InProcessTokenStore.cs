using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>The store where there is no Redis: shared by the replicas of one process, which is one in all but the demo.</summary>
internal sealed class InProcessTokenStore(TimeProvider time) : ITokenStore
{
    private readonly ConcurrentDictionary<TokenKey, AccessToken> tokens = new();

    public bool CanForget => false;

    public StoreStatus Status { get; } = new("this process");

    public ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(tokens.TryGetValue(key, out var token) && token.IsValidAt(time.GetMonotonicNow()) ? StoreReading.Found(token.With(key.Credentials)) : StoreReading.Empty);

    public ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        return ValueTask.FromResult(tokens.AddOrUpdate(key, token, (_, before) => before.ExpiresAt > token.ExpiresAt ? before : token) == token);
    }
}
