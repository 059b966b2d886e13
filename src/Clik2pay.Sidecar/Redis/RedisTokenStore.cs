using System.Buffers.Binary;
using System.Text;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>The shared token in Redis: sealed, for as long as it lives by Redis's own clock, so that clocks of replicas need not agree.</summary>
internal sealed class RedisTokenStore(RedisClient redis, RedisOptions options, ILogger<RedisTokenStore> log) : ITokenStore
{
    /// <summary>Another type, a size beyond reason or no expiry is somebody's mistake, which would stand there for ever. False: nothing; 0: something that is now removed.</summary>
    private const string Read = """
        local left = redis.call('PTTL', KEYS[1])
        if left == -2 then return false end
        local length = redis.pcall('STRLEN', KEYS[1])
        if left == -1 or type(length) ~= 'number' or length > 16384 then
          redis.call('DEL', KEYS[1])
          return 0
        end
        return {redis.call('GET', KEYS[1]), left}
        """;

    private const string WriteOverOlder = """
        if redis.call('PTTL', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    private const string DeleteIfStill = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;

    public bool CanForget => true;

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var name = new RedisKeys(options, key).Token;
        var answer = await redis.ExecuteAsync(["EVAL", Read, 1, name], cancellationToken);
        if (answer.Reply is not { } reply)
            return StoreReading.Unavailable;

        if (reply.Kind == RespKind.Null)
            return StoreReading.Empty;

        if (reply.Items is [{ Bytes: { } value }, { Kind: RespKind.Integer, Integer: var left }])
        {
            if (Decode(SealedValue.TryOpen(value, key.SealingKey, name), left) is { } token)
                return StoreReading.Found(token);

            // What does not open helps nobody, and would keep what does from its place.
            await redis.ExecuteAsync(["EVAL", DeleteIfStill, 1, name, value], cancellationToken);
        }

        log.Foreign(name);
        return StoreReading.Empty;
    }

    public async ValueTask WriteAsync(TokenKey key, StoredToken token, CancellationToken cancellationToken)
    {
        // Redis counts from when the command arrives, which may be as late as the visit is long.
        var left = (long)(token.Remaining - RedisClient.Timeout).TotalMilliseconds;
        if (left <= 0)
            return;

        var name = new RedisKeys(options, key).Token;
        await redis.ExecuteAsync(["EVAL", WriteOverOlder, 1, name, SealedValue.Seal(Encode(token), key.SealingKey, name), left], cancellationToken);
    }

    /// <summary>Lifetime in milliseconds (8 bytes, big-endian), then the token. What is left of it is Redis's to tell.</summary>
    private static byte[] Encode(StoredToken token)
    {
        var value = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(token.Value)];
        BinaryPrimitives.WriteInt64BigEndian(value, (long)token.Lifetime.TotalMilliseconds);
        Encoding.UTF8.GetBytes(token.Value, value.AsSpan(sizeof(long)));
        return value;
    }

    private static StoredToken? Decode(byte[]? value, long left)
    {
        if (value is not { Length: > sizeof(long) })
            return null;

        var lifetime = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt64BigEndian(value));
        var remaining = TimeSpan.FromMilliseconds(left);

        // Nobody can prolong a token's life by giving its key a later expiry than it ever had.
        return new(Encoding.UTF8.GetString(value.AsSpan(sizeof(long))), lifetime, remaining < lifetime ? remaining : lifetime);
    }
}
