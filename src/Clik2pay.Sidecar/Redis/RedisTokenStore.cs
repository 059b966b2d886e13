using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Stores the shared token in Redis, sealed together with its expiry. The expiry is a time of Redis's clock, so the clocks of the replicas
/// need not agree. The sealed expiry limits the lifetime, even if the expiry of the key in Redis is changed.
/// </summary>
internal sealed class RedisTokenStore(
    RedisClient redis, RedisOptions options, RedisMetrics metrics, TimeProvider time, ILogger<RedisTokenStore> log) : ITokenStore
{
    /// <summary>
    /// The maximum length of a sealed lifetime, expiry and token, in bytes. A longer value was not written by a sidecar.
    /// </summary>
    private const int MaxValueLength = SealedValue.Overhead + (2 * sizeof(long)) + AccessToken.MaxLength;

    /// <summary>
    /// The latest valid time of Redis's clock, in milliseconds since 1970: the year 5138. Computations with a later time could overflow.
    /// </summary>
    private const long LatestClock = 100_000_000_000_000;

    /// <summary>
    /// How much later than the sealed expiry the key's expiry may be, in milliseconds, because Redis rounds times. A larger difference
    /// means that the key's expiry was changed.
    /// </summary>
    private const long Tolerance = 1000;

    /// <summary>
    /// Two profiles can have the same key. A write that uses the other profile's reading stays correct, because the script compares the
    /// values of the reading with those in Redis.
    /// </summary>
    private readonly ConcurrentDictionary<TokenKey, LastRead> lastReads = new();

    public bool CanLoseTokens => true;

    public StoreStatus Status => redis.Status;

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var names = new RedisKeys(options, key);
        var startedAt = time.GetMonotonicNow();
        var wallOffset = time.GetWallOffset(startedAt);
        var script = new RedisScript(TokenScripts.Read, [names.Token, names.Rejected], [MaxValueLength], FirstKeySuffices: true);
        var response = await redis.RunAsync(RedisOperation.Read, script, cancellationToken);
        if (response.Reply?.Items is not [{ Integer: { } clock and >= 0 and <= LatestClock }, { Text: { } rejected }, ..] items)
        {
            lastReads.TryRemove(key, out _);
            return StoreReading.Unavailable;
        }

        var clockOffset = TimeSpan.FromMilliseconds(clock) - time.GetMonotonicNow();
        var empty = StoreReading.Empty with { Rejected = SplitFingerprints(rejected) };
        lastReads[key] = new(clockOffset, rejected);
        if (items is [_, _])
            return empty;

        if (items is [_, _, { Integer: { } left }, { Bytes: { } value }])
        {
            var opened = SealedValue.TryOpen(value, key.SealingKey, names.Token);
            if (Decode(opened, clock, left, startedAt, wallOffset, key.Credentials) is { } token)
            {
                if (empty.HasRejected(token.Identity, key))
                {
                    await redis.DeleteIfUnchangedAsync(names.Token, value, cancellationToken);
                    return empty;
                }

                lastReads[key] = new(clockOffset, rejected, token, value);
                return empty with { Token = token };
            }

            // An invalid value could prevent the write of a valid token.
            await redis.DeleteIfUnchangedAsync(names.Token, value, cancellationToken);
        }

        log.Invalid(names.Token);
        metrics.ValueWasInvalid();
        return empty;
    }

    public async ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        // Each write follows a read. If the read has stored no result, Redis was unavailable.
        if (!lastReads.TryGetValue(key, out var last))
            return false;

        if (SplitFingerprints(last.Rejected).Contains(key.FingerprintOf(token.Identity), StringComparer.Ordinal))
            return false;

        var names = new RedisKeys(options, key);
        var expiresAt = (long)(token.ExpiresAt + last.ClockOffset).TotalMilliseconds;
        var value = SealedValue.Seal(Encode(token, expiresAt), key.SealingKey, names.Token);
        RedisValue replaced = token.Identity == last.Token?.Identity ? last.Value : RedisValue.EmptyString;
        var script = new RedisScript(
            TokenScripts.Write, [names.Token, names.Rejected], [value, expiresAt, last.Rejected, replaced], FirstKeySuffices: true);
        var response = await redis.RunAsync(RedisOperation.Write, script, cancellationToken);
        return response.Reply is { Integer: 1 };
    }

    public async ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        // The expiry of one token can differ by seconds between replicas, so the rejection is kept for a minute longer than the token.
        var remaining = MonotonicTime.Max(token.ExpiresAt - time.GetMonotonicNow(), TimeSpan.Zero) + TimeSpan.FromMinutes(1);
        var (names, last) = (new RedisKeys(options, key), lastReads.GetValueOrDefault(key));
        RedisValue rejected = token.Identity == last?.Token?.Identity ? last!.Value : RedisValue.EmptyString;
        var script = new RedisScript(
            TokenScripts.Reject,
            [names.Rejected, names.Token],
            [key.FingerprintOf(token.Identity), (long)remaining.TotalMilliseconds, rejected],
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

    /// <summary>
    /// The format is lifetime in milliseconds (8 bytes, big-endian), expiry by Redis's clock in milliseconds since 1970 (8 bytes,
    /// big-endian), token (UTF-8).
    /// </summary>
    private static byte[] Encode(AccessToken token, long expiresAt)
    {
        var value = new byte[(2 * sizeof(long)) + Encoding.UTF8.GetByteCount(token.Value)];
        BinaryPrimitives.WriteInt64BigEndian(value, (long)token.Lifetime.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(sizeof(long)), expiresAt);
        Encoding.UTF8.GetBytes(token.Value, value.AsSpan(2 * sizeof(long)));
        return value;
    }

    /// <returns>
    /// Null if the value was not written by a sidecar with these credentials, if it has expired, or if it expires too late. It expires too
    /// late if the key's expiry was extended, or if Redis's clock was set back.
    /// </returns>
    private static AccessToken? Decode(
        byte[]? value, long clock, long left, TimeSpan startedAt, TimeSpan wallOffset, CredentialSet credentials)
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
        return new(text, TimeSpan.FromMilliseconds(lifetime), startedAt + remaining, credentials, wallOffset);
    }

    /// <summary>The result of the last read of a key.</summary>
    /// <param name="ClockOffset">
    /// Redis's clock minus this process's monotonic clock, or a little less, because the reply took time. Therefore an expiry by Redis's
    /// clock is never computed too late.
    /// </param>
    /// <param name="Rejected">The rejected fingerprints.</param>
    /// <param name="Token">The token that was found.</param>
    /// <param name="Value">The token as Redis stores it.</param>
    private sealed record LastRead(TimeSpan ClockOffset, string Rejected, AccessToken? Token = null, byte[]? Value = null);
}
