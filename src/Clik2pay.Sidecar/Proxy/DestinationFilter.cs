using Clik2pay.Sidecar.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Gives every cluster one destination: the API of the configured environment. Whatever address <c>proxy.json</c> may name, credentials go
/// nowhere else, and what would weaken the connection to it is taken out (fail closed).
/// </summary>
internal sealed class DestinationFilter(Clik2payOptions options) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster with
    {
        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase)
        {
            ["clik2pay"] = new() { Address = options.ApiBaseUrl.AbsoluteUri },
        },
        HttpClient = cluster.HttpClient is { } client ? client with { DangerousAcceptAnyServerCertificate = false } : null,
        HealthCheck = null,
        SessionAffinity = null,
    });

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}
