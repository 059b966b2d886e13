using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The last step of a request: YARP's forwarder with the transforms of its route. It may be taken a second time, after a 401.</summary>
internal sealed class UpstreamSender(IHttpForwarder forwarder)
{
    /// <summary>What YARP takes where the cluster says nothing.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Ends when the answer has been copied. What failed is in the forwarder's error feature.</summary>
    public Task SendAsync(HttpContext context) => SendAsync(context, spent: TimeSpan.Zero);

    /// <param name="context">The request.</param>
    /// <param name="spent">Of the time for the request, by the attempt before: no caller waits twice as long.</param>
    public Task SendAsync(HttpContext context, TimeSpan spent)
    {
        var proxy = context.GetReverseProxyFeature();
        var request = proxy.Cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty;
        if (spent > TimeSpan.Zero)
        {
            var left = (request.ActivityTimeout ?? DefaultTimeout) - spent;
            request = request with { ActivityTimeout = left > ShortestTimeout ? left : ShortestTimeout };
        }

        // Each cluster has the one destination that the destination filter gave it.
        return forwarder.SendAsync(context, proxy.AvailableDestinations[0].Model.Config.Address, proxy.Cluster.HttpClient, request, proxy.Route.Transformer).AsTask();
    }
}
