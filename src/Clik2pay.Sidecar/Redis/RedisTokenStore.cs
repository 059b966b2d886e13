using System.Buffers.Binary;
using System.Text;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// The shared token in Redis: sealed together with its expiry by Redis's own clock, so that clocks of replicas need not agree, and nobody
/// can prolong it.
/// </summary>
internal sealed class RedisTokenStore(RedisClient redis, RedisOptions options, SidecarMetrics metrics, TimeProvider time, ILogger<RedisTokenStore> log) : ITokenStore
{
    /// <summary>
    /// Redis's clock in milliseconds, and the value with what is left of it, if there is one. Another type, a size beyond reason or no expiry
    /// is somebody's mistake that would stand there for ever: then 1 behind the clock, and it is removed.
    /// </summary>
    private const string Read = """
        local clock = redis.call('TIME')
        clock = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local left = redis.call('PTTL', KEYS[1])
        if left == -2 then return {clock} end
        local length = redis.pcall('STRLEN', KEYS[1])
        if type(length) == 'table' and not string.find(length.err, 'WRONGTYPE') then return length end
        if left == -1 or type(length) == 'table' or length > 16384 then
          redis.call('DEL', KEYS[1])
          return {clock, 1}
        end
        return {clock, left, redis.call('GET', KEYS[1])}
        """;

    /// <summary>The expiry is a moment, not a time to live: a Redis that was stopped carries this out when it goes on, however much later.</summary>
    private const string WriteOverOlder = """
        local clock = redis.call('TIME')
        local left = ARGV[2] - (clock[1] * 1000 + math.floor(clock[2] / 1000))
        if left <= 0 or redis.call('PTTL', KEYS[1]) >= left then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
        return 1
        """;

    /// <summary>Redis's clock counts milliseconds since 1970. Beyond the year 5138 it is none, and no arithmetic is tried with it.</summary>
    private const long LatestClock = 100_000_000_000_000;

    /// <summary>Redis rounds what is left; more than that, and somebody has given the key another expiry than its value has.</summary>
    private const long Tolerance = 1000;

    /// <summary>What Redis's clock shows more than ours, by the last look, and rather too little than too much; null when that has failed.</summary>
    private TimeSpan? ahead;

    public bool CanForget => true;

    public StoreStatus Status => redis.Status;

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var name = new RedisKeys(options, key).Token;
        var askedAt = time.GetMonotonicNow();
        var answer = await redis.ExecuteAsync(RedisOperation.Read, ["EVAL", Read, 1, name], cancellationToken);
        ahead = null;
        if (answer.Reply is not { } reply)
            return StoreReading.Unavailable;

        if (reply.Items is not [{ Kind: RespKind.Integer, Integer: var clock }, ..] || clock is < 0 or > LatestClock)
            return StoreReading.Unavailable;

        ahead = TimeSpan.FromMilliseconds(clock) - time.GetMonotonicNow();
        if (reply.Items is [_])
            return StoreReading.Empty;

        if (reply.Items is [_, { Kind: RespKind.Integer, Integer: var left }, { Bytes: { } value }])
        {
            if (Decode(SealedValue.TryOpen(value, key.SealingKey, name), clock, left, askedAt, key.Credentials) is { } token)
                return StoreReading.Found(token);

            // What does not open helps nobody, and would keep what does from its place.
            await redis.DeleteIfStillAsync(name, value, cancellationToken);
        }

        log.Foreign(name);
        metrics.StoreValueWasForeign();
        return StoreReading.Empty;
    }

    public async ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        // Each write follows a look; when that has failed, Redis is away.
        if (ahead is not { } offset)
            return false;

        var name = new RedisKeys(options, key).Token;
        var expiresAt = (long)(token.ExpiresAt + offset).TotalMilliseconds;
        var answer = await redis.ExecuteAsync(
            RedisOperation.Write, ["EVAL", WriteOverOlder, 1, name, SealedValue.Seal(Encode(token, expiresAt), key.SealingKey, name), expiresAt], cancellationToken);
        return answer.Reply is { Integer: 1 };
    }

    /// <summary>Lifetime and expiry by Redis's clock in milliseconds (8 bytes each, big-endian), then the token.</summary>
    private static byte[] Encode(AccessToken token, long expiresAt)
    {
        var value = new byte[(2 * sizeof(long)) + Encoding.UTF8.GetByteCount(token.Value)];
        BinaryPrimitives.WriteInt64BigEndian(value, (long)token.Lifetime.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(sizeof(long)), expiresAt);
        Encoding.UTF8.GetBytes(token.Value, value.AsSpan(2 * sizeof(long)));
        return value;
    }

    /// <returns>Null when it is none of ours, or one of the past that somebody has put there again, or has prolonged.</returns>
    private static AccessToken? Decode(byte[]? value, long clock, long left, TimeSpan askedAt, CredentialSet credentials)
    {
        if (value is not { Length: > 2 * sizeof(long) })
            return null;

        var lifetime = BinaryPrimitives.ReadInt64BigEndian(value);
        var sealedLeft = BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(sizeof(long))) - clock;
        if (sealedLeft <= 0 || left < 0 || left > sealedLeft + Tolerance)
            return null;

        var remaining = TimeSpan.FromMilliseconds(Math.Min(left, Math.Min(sealedLeft, lifetime)));
        return new(Encoding.UTF8.GetString(value.AsSpan(2 * sizeof(long))), TimeSpan.FromMilliseconds(lifetime), askedAt + remaining, credentials);
    }
}
