using System.Net;
using Clik2pay.Sidecar.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Gives every cluster one destination: the API of the configured environment. Whatever address <c>proxy.json</c> may name, credentials go
/// nowhere else, and a cluster that would take them there another way, or over a weaker connection, is refused (fail closed).
/// </summary>
internal sealed class DestinationFilter(Clik2payOptions options) : IProxyConfigFilter
{
    /// <exception cref="InvalidOperationException">The cluster has a setting that is not allowed.</exception>
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        if (FindMistake(cluster) is { } mistake)
            throw new InvalidOperationException($"The cluster '{cluster.ClusterId}' has {mistake}.");

        return new(cluster with
        {
            Destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase)
            {
                ["clik2pay"] = new() { Address = options.ApiBaseUrl.GetLeftPart(UriPartial.Authority) },
            },

            // One connection for each request under way (RFC 9112). With HTTP/2 all requests share one connection, so a network that
            // silently drops it fails all of them, and the HTTP client repeats a request that the server has refused (RFC 9113, section
            // 8.7).
            HttpRequest = (cluster.HttpRequest ?? ForwarderRequestConfig.Empty) with
            {
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            },
            HealthCheck = null,
            SessionAffinity = null,
        });
    }

    /// <exception cref="InvalidOperationException">The route names a cluster that is not there, for which YARP alone would find no destination later.</exception>
    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => cluster is not null
        ? new(route)
        : throw new InvalidOperationException($"The route '{route.RouteId}' names the cluster '{route.ClusterId}', which is missing under ReverseProxy:Clusters or has been refused.");

    private static string? FindMistake(ClusterConfig cluster) => cluster switch
    {
        { HttpClient.DangerousAcceptAnyServerCertificate: true } => "HttpClient:DangerousAcceptAnyServerCertificate, which would hand the credentials to anybody; remove it",
        { HttpClient.SslProtocols: not null } => "HttpClient:SslProtocols, which would weaken the connection; remove it, the system's choice holds",
        { HttpClient.WebProxy: not null } => "HttpClient:WebProxy, which would take the credentials there; remove it and use HTTPS_PROXY and NO_PROXY",
        { HttpRequest.Version: { } version } when version != HttpVersion.Version11 =>
            $"HttpRequest:Version {version}; remove it, because requests to the provider are sent with HTTP/1.1",
        { HttpRequest.VersionPolicy: HttpVersionPolicy.RequestVersionOrHigher } =>
            "HttpRequest:VersionPolicy RequestVersionOrHigher; remove it, because requests to the provider are sent with HTTP/1.1",
        { HttpRequest.ActivityTimeout: { } timeout } when timeout <= TimeSpan.Zero => "an HttpRequest:ActivityTimeout that is not positive; write for instance 00:01:00",
        _ => null,
    };
}
