using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Requests.Routes.Schema;
using Clik2pay.Sidecar.Requests.Routes.Validation;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests;

/// <summary>Registers the services of the <see cref="RequestPipeline"/>.</summary>
internal static class RequestServices
{
    /// <exception cref="InvalidRoutesException">The section ReverseProxy has an invalid setting.</exception>
    public static IServiceCollection AddRequestPipeline(
        this IServiceCollection services,
        IConfiguration configuration,
        IReadOnlyList<Clik2payOptions> profiles,
        ListenerOptions listener,
        IReadOnlyList<CallerDefinition> callers)
    {
        var routes = new CheckedRoutes(configuration.GetSection(RoutesFile.Section), RouteSchema.Create(profiles, listener));
        if (routes.FindErrors() is { Count: > 0 } errors)
            throw new InvalidRoutesException(errors);

        services.AddReverseProxy()
            .LoadFromConfig(new ConfigurationBuilder().Add(routes).Build())
            .AddConfigFilter<DestinationFilter>()
            .AddTransforms<RequestPipeline>();
        RemoveUnusedServices(services);

        services.AddSingleton(_ => routes);
        services.AddSingleton<IRouteValidator, AmbiguousRouteValidator>();
        services.AddSingleton<IRouteValidator, PathConstraintValidator>();
        services.AddSingleton<IRouteValidator, TransformValidator>();
        services.AddSingleton<MatcherPolicy, RouteTieBreaker>();
        services.AddSingleton<IConfigChangeListener, RoutesReport>();
        services.AddSingleton<ServerRefusals>();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<CallerToken>();
        services.AddCallers(callers);
        services.AddSingleton<ReusableConnections>();
        services.AddSingleton<UpstreamSender>();
        services.AddSingleton<UpstreamFailures>();
        services.AddSingleton<FailureResponder>();
        services.AddSingleton<ResponseHeaderFilter>();
        services.AddSingleton<IForwarderHttpClientFactory, UpstreamHttpClientFactory>();
        return services;
    }

    /// <summary>
    /// Removes services that YARP adds for settings that the sidecar refuses. AddReverseProxy always adds them, and YARP has no smaller
    /// registration with routes (ReverseProxyServiceCollectionExtensions.cs in
    /// https://github.com/dotnet/yarp/tree/main/src/ReverseProxy/Management).
    /// </summary>
    private static void RemoveUnusedServices(IServiceCollection services)
    {
        // Authorization policies: with this service, the authorization middleware would run in every request.
        services.RemoveAll<IAuthorizationHandlerProvider>();

        // Session affinity: the hosted service of data protection would write a key ring to the disk at startup. The service's type is
        // internal, so the service is found by its assembly.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var service in services.Where(WritesKeyRing).ToList())
            services.Remove(service);

        static bool WritesKeyRing(ServiceDescriptor service) => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;
    }
}
