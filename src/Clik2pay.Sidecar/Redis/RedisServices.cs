using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Redis;

/// <summary>The door of sharing through Redis: its store and its lease take the place of those in the process.</summary>
internal static class RedisServices
{
    public static IServiceCollection AddRedis(this IServiceCollection services, RedisOptions? options)
    {
        services.AddSingleton<RedisMetrics>(); // its series exist also without Redis
        if (options is null)
            return services;

        services.AddSingleton(options);
        services.AddSingleton<RedisClient>();
        services.AddSingleton<RedisCheck>();
        services.AddSingleton<ITokenStore, RedisTokenStore>();
        services.AddSingleton<ITokenLease, RedisTokenLease>();
        return services;
    }
}
