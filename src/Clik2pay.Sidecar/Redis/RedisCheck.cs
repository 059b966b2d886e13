using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Checks whether Redis permits every command that the sidecar's scripts need. Runs each command on a separate key, which expires after a
/// second.
/// </summary>
internal sealed class RedisCheck(RedisClient redis, RedisOptions options)
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

    public Task<RedisResponse> RunAsync(TokenKey key, CancellationToken cancellationToken) =>
        redis.RunAsync(RedisOperation.Write, new(Script, [new RedisKeys(options, key).Check], ["check"]), cancellationToken);
}
