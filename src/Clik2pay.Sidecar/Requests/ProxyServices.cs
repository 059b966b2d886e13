using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Requests.Routes.Schema;
using Clik2pay.Sidecar.Requests.Routes.Validation;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests;

/// <summary>The door of the way of a request.</summary>
internal static class ProxyServices
{
    /// <exception cref="InvalidRoutesException">The section ReverseProxy has a setting that does not work.</exception>
    public static IServiceCollection AddProxy(
        this IServiceCollection services, IConfiguration configuration, Clik2payOptions clik2pay, SidecarOptions sidecar)
    {
        var routes = new CheckedRoutes(configuration.GetSection("ReverseProxy"), RouteSchema.Create(clik2pay, sidecar));
        if (routes.FindErrors() is { Count: > 0 } errors)
            throw new InvalidRoutesException(errors);

        services.AddReverseProxy()
            .LoadFromConfig(new ConfigurationBuilder().Add(routes).Build())
            .AddConfigFilter<DestinationFilter>()
            .AddTransforms<RequestRules>();
        services.AddSingleton(_ => routes);
        services.AddSingleton<IRouteValidator, AmbiguousRouteValidator>();
        services.AddSingleton<IRouteValidator, PathConstraintValidator>();
        services.AddSingleton<IRouteValidator, TransformValidator>();
        services.AddSingleton<MatcherPolicy, RouteTieBreaker>();
        services.AddSingleton<IConfigChangeListener, RoutesReport>();
        services.AddSingleton<RequestMetrics>();
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

    /// <summary>
    /// begin and end → guard → route → every decoding matches that route → body limit → body kept → transforms and forward
    /// → replay
    /// after a 401. A request without a route gets a 404.
    /// </summary>
    /// <exception cref="InvalidRoutesException">The routes at start cannot be used. Those of a later edit are refused and logged instead.</exception>
    public static void MapProxy(this WebApplication app)
    {
        if (app.Services.HasTracing())
            app.UseMiddleware<ServerSpan>();
        if (app.Services.GetRequiredService<SidecarOptions>().AccessLog)
            app.UseMiddleware<AccessLog>();
        app.UseMiddleware<Forwarding>();
        app.UseMiddleware<CallerGuard>();
        app.UseRouting();

        app.Services.GetRequiredService<CheckedRoutes>().Refused = app.Logger.EditRefused;
        try
        {
            // Without YARP's middleware for load balancing, affinity, health and the choice of a destination: each cluster has the one.
            app.MapReverseProxy(proxy =>
            {
                proxy.UseMiddleware<RouteGuard>(new RouteMatcher(app, ((IEndpointRouteBuilder)app).DataSources));
                proxy.UseMiddleware<RouteBodyLimit>();
                proxy.UseMiddleware<BodyKeeper>();
                proxy.Run(app.Services.GetRequiredService<UpstreamSender>().SendAsync);
            });
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidRoutesException(RoutesReport.ExplainAll(e.InnerException ?? e));
        }

        var metrics = app.Services.GetRequiredService<RequestMetrics>();
        app.MapFallback("/{**path}", context =>
        {
            // A body that nobody has validated is not followed by another request.
            if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
                context.Response.Headers.Connection = "close";
            return ProblemResponse.WriteAsync(context, StatusCodes.Status404NotFound, ErrorCode.NoRoute, metrics,
                "The sidecar forwards only what proxy.json routes, by default paths that begin with /open/v1/.");
        });
    }
}
