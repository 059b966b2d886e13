namespace Clik2pay.Sidecar.Redis;

/// <summary>What a visit brought: a reply, or how it failed.</summary>
/// <param name="Reply">Null when the visit failed; never an error reply.</param>
/// <param name="Failure">Null when it did not.</param>
/// <param name="Reason">For people, when it failed: what happened, at which address. Never a secret.</param>
internal readonly record struct RedisAnswer(RespReply? Reply, RedisFailure? Failure = null, string? Reason = null);
