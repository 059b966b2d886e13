using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The door of the way of a request.</summary>
internal static class ProxyServices
{
    public static IServiceCollection AddProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddReverseProxy()
            .LoadFromConfig(configuration.GetSection("ReverseProxy"))
            .AddConfigFilter<DestinationFilter>()
            .AddTransforms<RequestRules>();
        services.AddSingleton<IConfigChangeListener, RoutesReport>();
        services.AddSingleton<CallerToken>();
        services.AddSingleton<EchoFilter>();
        services.AddSingleton<IForwarderHttpClientFactory, UpstreamHttpClientFactory>();

        // YARP brings data protection for session affinity, which would write a key ring to the disk at start. Nothing here uses it.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var service in services.Where(s => s.ServiceType == typeof(IHostedService)
            && s.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) == true).ToList())
        {
            services.Remove(service);
        }

        return services;
    }

    /// <summary>guard → failures explained → route → body kept → transforms → forward → replay on 401; what has no route is answered here.</summary>
    /// <exception cref="InvalidRoutesException">The routes at start cannot be used. Those of a later edit are refused and logged instead.</exception>
    public static void MapProxy(this WebApplication app)
    {
        app.UseMiddleware<CallerGuard>();
        app.UseMiddleware<UpstreamFailure>();
        app.UseRouting();

        try
        {
            // Without YARP's middleware for load balancing, affinity and health: each cluster has the one destination.
            app.MapReverseProxy(proxy => proxy.UseMiddleware<BodyKeeper>());
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidRoutesException(RoutesReport.ExplainAll(e.InnerException ?? e));
        }

        var metrics = app.Services.GetRequiredService<SidecarMetrics>();
        app.MapFallback("/{**path}", context => ProblemAnswer.WriteAsync(context, StatusCodes.Status404NotFound, ErrorCode.NoRoute, metrics,
            "The sidecar forwards only what proxy.json routes, by default paths that begin with /open/v1/."));
    }
}
