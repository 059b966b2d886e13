using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The last step of a request: YARP's forwarder with the transforms of its route. It is taken a second time for the replay after a 401.</summary>
internal sealed class UpstreamSender(IHttpForwarder forwarder, TimeProvider time)
{
    /// <summary>The least time for a replay.</summary>
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    /// <summary>YARP's own limit where the cluster has none.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Ends when the response has been copied. What failed is in the forwarder's error feature.</summary>
    public Task SendAsync(HttpContext context)
    {
        var (exchange, proxy) = (Exchange.Of(context), context.GetReverseProxyFeature());
        var request = proxy.Cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty;
        exchange.BeginAttempt(request.ActivityTimeout ?? DefaultTimeout, time);

        // The caller waits for both attempts together no longer than for one.
        if (exchange.IsReplay)
        {
            var left = exchange.GetTimeLeft(time);
            request = request with { ActivityTimeout = left > ShortestTimeout ? left : ShortestTimeout };
        }

        // Each cluster has the one destination that the destination filter gave it.
        return forwarder.SendAsync(context, proxy.AvailableDestinations[0].Model.Config.Address, proxy.Cluster.HttpClient, request, proxy.Route.Transformer).AsTask();
    }
}
