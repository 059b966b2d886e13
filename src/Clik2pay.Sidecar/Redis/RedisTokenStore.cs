using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// The shared token in Redis: sealed together with its expiry by Redis's own clock, so that clocks of replicas need not agree, and nobody
/// can prolong it.
/// </summary>
internal sealed class RedisTokenStore(
    RedisClient redis, RedisOptions options, RedisMetrics metrics, TimeProvider time, ILogger<RedisTokenStore> log) : ITokenStore
{
    /// <summary>In bytes: lifetime, expiry and token, sealed. A longer value was not written by a sidecar.</summary>
    private const int MaxValueLength = SealedValue.Overhead + (2 * sizeof(long)) + AccessToken.MaxLength;

    /// <summary>In milliseconds since 1970, for Redis's clock. A value beyond the year 5138 is invalid and could overflow.</summary>
    private const long LatestClock = 100_000_000_000_000;

    /// <summary>In milliseconds, for rounding by Redis. A larger difference means that the key's expiry was changed.</summary>
    private const long Tolerance = 1000;

    private readonly ConcurrentDictionary<TokenKey, LastRead> lastReads = new();

    public bool CanForget => true;

    public StoreStatus Status => redis.Status;

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var names = new RedisKeys(options, key);
        var askedAt = time.GetMonotonicNow();
        var wallOffset = time.GetWallOffset(askedAt);
        var script = new RedisScript(TokenScripts.Read, [names.Token, names.Rejected], [MaxValueLength], FirstKeySuffices: true);
        var response = await redis.RunAsync(RedisOperation.Read, script, cancellationToken);
        lastReads.TryRemove(key, out _);
        if (response.Reply?.Items is not [{ Integer: { } clock and >= 0 and <= LatestClock }, { Text: { } rejected }, ..] items)
            return StoreReading.Unavailable;

        var ahead = TimeSpan.FromMilliseconds(clock) - time.GetMonotonicNow();
        var nothing = StoreReading.Empty with { Rejected = SplitFingerprints(rejected) };
        lastReads[key] = new(ahead, rejected);
        if (items is [_, _])
            return nothing;

        if (items is [_, _, { Integer: { } left }, { Bytes: { } value }])
        {
            var opened = SealedValue.TryOpen(value, key.SealingKey, names.Token);
            if (Decode(opened, clock, left, askedAt, wallOffset, key.Credentials) is { } token)
            {
                if (nothing.Rejected.Contains(key.FingerprintOf(token), StringComparer.Ordinal))
                {
                    await redis.DeleteIfUnchangedAsync(names.Token, value, cancellationToken);
                    return nothing;
                }

                lastReads[key] = new(ahead, rejected, token, value);
                return nothing with { Outcome = StoreOutcome.Found, Token = token };
            }

            // A value that does not open would keep a valid token from being written.
            await redis.DeleteIfUnchangedAsync(names.Token, value, cancellationToken);
        }

        log.Invalid(names.Token);
        metrics.ValueWasInvalid();
        return nothing;
    }

    public async ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        // Each write follows a read. If that has failed, Redis is unavailable.
        if (!lastReads.TryGetValue(key, out var last))
            return false;

        if (SplitFingerprints(last.Rejected).Contains(key.FingerprintOf(token), StringComparer.Ordinal))
            return false;

        var names = new RedisKeys(options, key);
        var expiresAt = (long)(token.ExpiresAt + last.Ahead).TotalMilliseconds;
        var value = SealedValue.Seal(Encode(token, expiresAt), key.SealingKey, names.Token);
        RedisValue replaced = token.HasSameValue(last.Token) ? last.Value : RedisValue.EmptyString;
        var script = new RedisScript(
            TokenScripts.Write, [names.Token, names.Rejected], [value, expiresAt, last.Rejected, replaced], FirstKeySuffices: true);
        var response = await redis.RunAsync(RedisOperation.Write, script, cancellationToken);
        return response.Reply is { Integer: 1 };
    }

    public async ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        // For as long as any replica can still have the token.
        var remaining = MonotonicTime.Max(token.ExpiresAt - time.GetMonotonicNow(), TimeSpan.Zero) + TimeSpan.FromMinutes(1);
        var (names, last) = (new RedisKeys(options, key), lastReads.GetValueOrDefault(key));
        RedisValue rejected = token.HasSameValue(last?.Token) ? last!.Value : RedisValue.EmptyString;
        var script = new RedisScript(
            TokenScripts.Reject,
            [names.Rejected, names.Token],
            [key.FingerprintOf(token), (long)remaining.TotalMilliseconds, rejected],
            FirstKeySuffices: true);
        var response = await redis.RunAsync(RedisOperation.Discard, script, cancellationToken);
        if (response.Reply is not { Text: { } fingerprints })
            return false;

        if (last is not null)
            lastReads[key] = last with { Rejected = fingerprints };
        return true;
    }

    private static string[] SplitFingerprints(string text) =>
        [.. text.Chunk(TokenKey.FingerprintLength).Select(fingerprint => new string(fingerprint))];

    /// <summary>Lifetime and expiry by Redis's clock in milliseconds (8 bytes each, big-endian), then the token.</summary>
    private static byte[] Encode(AccessToken token, long expiresAt)
    {
        var value = new byte[(2 * sizeof(long)) + Encoding.UTF8.GetByteCount(token.Value)];
        BinaryPrimitives.WriteInt64BigEndian(value, (long)token.Lifetime.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(sizeof(long)), expiresAt);
        Encoding.UTF8.GetBytes(token.Value, value.AsSpan(2 * sizeof(long)));
        return value;
    }

    /// <returns>
    /// Null if the value was not written by a sidecar, has expired, was restored or prolonged by somebody, or has more time remaining than
    /// its lifetime, because Redis's clock was set back.
    /// </returns>
    private static AccessToken? Decode(
        byte[]? value, long clock, long left, TimeSpan askedAt, TimeSpan wallOffset, CredentialSet credentials)
    {
        if (value is not { Length: > 2 * sizeof(long) })
            return null;

        var lifetime = BinaryPrimitives.ReadInt64BigEndian(value);
        var sealedLeft = BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(sizeof(long))) - clock;
        var latest = lifetime + (long)ITokenStore.ExpiryTolerance.TotalMilliseconds;
        if (sealedLeft <= 0 || left < 0 || left > sealedLeft + Tolerance || Math.Min(left, sealedLeft) > latest)
            return null;

        var remaining = TimeSpan.FromMilliseconds(Math.Min(left, Math.Min(sealedLeft, lifetime)));
        var text = Encoding.UTF8.GetString(value.AsSpan(2 * sizeof(long)));
        return new(text, TimeSpan.FromMilliseconds(lifetime), askedAt + remaining, credentials, wallOffset);
    }

    /// <summary>The result of the last read of a key.</summary>
    /// <param name="Ahead">How far Redis's clock is ahead of this process's, or a little less.</param>
    /// <param name="Rejected">The rejected fingerprints.</param>
    /// <param name="Token">The token that was found.</param>
    /// <param name="Value">The token as Redis stores it.</param>
    private sealed record LastRead(TimeSpan Ahead, string Rejected, AccessToken? Token = null, byte[]? Value = null);
}
