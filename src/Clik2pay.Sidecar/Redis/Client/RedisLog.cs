using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>What sharing through Redis tells the log. Event ids 1300 to 1399.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1300, LogLevel.Information, "The access token is shared through Redis at {Redis}.")]
    public static partial void InUse(this ILogger log, RedisOptions redis);

    [LoggerMessage(1301, LogLevel.Warning, "Redis cannot be used ({Failure}): {Reason}. Calls go on; at the refresh point of its token this replica waits for Redis for a while, and then fetches one for itself.")]
    public static partial void Unusable(this ILogger log, RedisFailure failure, string reason);

    [LoggerMessage(1302, LogLevel.Warning,
        "The value of {Key} in Redis is not used and is removed: it was not written by a sidecar with these credentials, it has expired, "
        + "or its expiry is too late, because somebody changed it or Redis's clock was set back.")]
    public static partial void Invalid(this ILogger log, string key);

    [LoggerMessage(1303, LogLevel.Information, "The lease ran out before it was given back; another replica may have made a token call too.")]
    public static partial void LeaseLost(this ILogger log);
}
