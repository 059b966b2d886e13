namespace Clik2pay.Sidecar.Redis;

/// <summary>Ends an attempt at a visit. It does not leave this folder: <see cref="RedisClient"/> makes a value of it.</summary>
/// <param name="failure">The kind.</param>
/// <param name="what">The end of a sentence that begins with the address: what happened there. Never a secret.</param>
internal sealed class RedisException(RedisFailure failure, string what) : Exception(what)
{
    public RedisFailure Failure { get; } = failure;
}
