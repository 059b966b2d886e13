using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Redis;

/// <summary>Registers the token store and the lease in Redis.</summary>
internal static class RedisServices
{
    /// <summary>The last registration of a service is used, so call this after the in-process store and lease are registered.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="options">Null if Redis is not configured. Then nothing is registered.</param>
    public static IServiceCollection AddRedis(this IServiceCollection services, RedisOptions? options)
    {
        services.AddSingleton<RedisMetrics>(); // its series exist even without Redis
        if (options is null)
            return services;

        services.AddSingleton(options);
        services.AddSingleton<RedisLogins>();
        services.AddSingleton<RedisClient>();
        services.AddSingleton<RedisCheck>();
        services.AddSingleton<ITokenStore, RedisTokenStore>();
        services.AddSingleton<ITokenLease, RedisTokenLease>();
        return services;
    }
}
