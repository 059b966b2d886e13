using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>Tries once all that the sidecar needs of Redis, on a key of its own that lives a second.</summary>
internal sealed class RedisCheck(RedisClient redis, RedisOptions options, TokenKey key)
{
    private const string Script = """
        redis.call('TIME')
        redis.call('SET', KEYS[1], ARGV[1], 'PX', 1000)
        redis.call('PEXPIRE', KEYS[1], 1000)
        redis.call('PTTL', KEYS[1])
        redis.call('STRLEN', KEYS[1])
        redis.call('GET', KEYS[1])
        return redis.call('DEL', KEYS[1])
        """;

    public Task<RedisAnswer> RunAsync(CancellationToken cancellationToken) =>
        redis.ExecuteAsync(RedisOperation.Write, ["EVAL", Script, 1, new RedisKeys(options, key).Check, "check"], cancellationToken);
}
