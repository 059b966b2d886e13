using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
        services.AddSingleton<UpstreamSender>();
        services.AddSingleton<UpstreamFailure>();
        services.AddSingleton<CallerToken>();
        services.AddSingleton<ResponseHeaderFilter>();
        services.AddSingleton<IForwarderHttpClientFactory, UpstreamHttpClientFactory>();

        // YARP brings authorization for the policies of routes, which are refused here. Its middleware would come into every request.
        services.RemoveAll<IAuthorizationHandlerProvider>();

        // YARP brings data protection for session affinity, which would write a key ring to the disk at start. Nothing here uses it.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var service in services.Where(s => s.ServiceType == typeof(IHostedService)
            && s.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) == true).ToList())
        {
            services.Remove(service);
        }

        return services;
    }

    /// <summary>begin and end → guard → route → body kept → transforms, forward → replay on 401; what has no route is answered here.</summary>
    /// <exception cref="InvalidRoutesException">The routes at start cannot be used. Those of a later edit are refused and logged instead.</exception>
    public static void MapProxy(this WebApplication app)
    {
        app.UseMiddleware<Forwarding>();
        app.UseMiddleware<CallerGuard>();
        app.UseRouting();

        try
        {
            // Without YARP's middleware for load balancing, affinity, health and the choice of a destination: each cluster has the one.
            app.MapReverseProxy(proxy =>
            {
                proxy.UseMiddleware<RouteGuard>(new RouteMatcher(app, ((IEndpointRouteBuilder)app).DataSources));
                proxy.UseMiddleware<BodyKeeper>();
                proxy.Run(app.Services.GetRequiredService<UpstreamSender>().SendAsync);
            });
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
