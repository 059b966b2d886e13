using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>The log messages about sharing tokens through Redis. Event ids 1300 to 1399.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1300, LogLevel.Information, "The access token is shared through Redis at {Redis}.")]
    public static partial void InUse(this ILogger log, RedisOptions redis);

    [LoggerMessage(1301, LogLevel.Warning,
        "Redis cannot be used ({Failure}): {Reason}. The current access token stays in use. When a refresh is due, "
        + "this replica waits for Redis for a limited time and then calls the token endpoint itself.")]
    public static partial void Unusable(this ILogger log, RedisFailure failure, string reason);

    [LoggerMessage(1302, LogLevel.Warning,
        "The value of {Key} in Redis is not used and is removed: it was not written by a sidecar with these credentials, it has expired, "
        + "or it expires too late, because its expiry was changed or Redis's clock was set back.")]
    public static partial void Invalid(this ILogger log, string key);

    [LoggerMessage(1303, LogLevel.Information,
        "The lease expired or was removed before it was released. Another replica may have called the token endpoint too.")]
    public static partial void LeaseLost(this ILogger log);
}
