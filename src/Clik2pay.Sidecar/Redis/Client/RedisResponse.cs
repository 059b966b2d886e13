using Clik2pay.Sidecar.Redis.Failures;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>The result of an operation on Redis: a reply or a failure.</summary>
/// <param name="Reply">Null if the operation failed.</param>
/// <param name="Failure">Null if the operation succeeded.</param>
/// <param name="Reason">What happened at which address, if the operation failed. Never a secret.</param>
internal readonly record struct RedisResponse(RedisResult? Reply, RedisFailure? Failure = null, string? Reason = null);
