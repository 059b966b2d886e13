using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The last step of a request: YARP's forwarder with the transforms of its route. It may be taken a second time, after a 401.</summary>
internal sealed class UpstreamSender(IHttpForwarder forwarder)
{
    /// <summary>Ends when the answer has been copied. What failed is in the forwarder's error feature.</summary>
    public Task SendAsync(HttpContext context)
    {
        // Each cluster has the one destination that the destination filter gave it.
        var proxy = context.GetReverseProxyFeature();
        return forwarder.SendAsync(
            context,
            proxy.AvailableDestinations[0].Model.Config.Address,
            proxy.Cluster.HttpClient,
            proxy.Cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty,
            proxy.Route.Transformer).AsTask();
    }
}
