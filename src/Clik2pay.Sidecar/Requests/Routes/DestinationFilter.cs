using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Removes the destinations of every cluster. Each request is sent to the API of its profile. Credentials are sent to no other address,
/// even if the configuration names one (fail closed).
/// </summary>
internal sealed class DestinationFilter : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) =>
        new(cluster with
        {
            Destinations = null,

            // HTTP/1.1 uses one connection for each request in progress. With HTTP/2, all requests share one connection, so all of them
            // fail if the network silently drops it. The HTTP client also repeats an HTTP/2 request that the server has refused (RFC 9113,
            // section 8.7).
            HttpRequest = (cluster.HttpRequest ?? ForwarderRequestConfig.Empty) with
            {
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            },
        });

    /// <exception cref="InvalidOperationException">
    /// The route names a cluster that is missing. YARP alone accepts such a route, and then finds no destination for its requests.
    /// </exception>
    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
        cluster is not null
            ? new(route)
            : throw new InvalidOperationException(
                $"The route '{route.RouteId}' names the cluster '{route.ClusterId}', which is missing under ReverseProxy:Clusters or has "
                + "been refused.");
}
