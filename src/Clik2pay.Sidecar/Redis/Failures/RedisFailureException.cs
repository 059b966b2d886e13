namespace Clik2pay.Sidecar.Redis.Failures;

/// <summary>Ends an attempt at an operation. The client turns it into a response.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="what">The end of a sentence that starts with the address. Never a secret.</param>
internal sealed class RedisFailureException(RedisFailure failure, string what) : Exception(what)
{
    public RedisFailure Failure { get; } = failure;
}
