using Clik2pay.Sidecar.Requests.State;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>
/// Sends a request to the API of its profile, through YARP's forwarder with the transforms of the route. This step runs again for the
/// replay after a 401.
/// </summary>
internal sealed class UpstreamSender(IHttpForwarder forwarder, ReusableConnections reusable, TimeProvider time)
{
    /// <summary>The minimum time for a replay.</summary>
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    /// <summary>YARP's default, for a cluster without an ActivityTimeout.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Completes when the response has been copied. After a failure, the forwarder's error feature contains the error.</summary>
    public Task SendAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        var proxy = context.Features.Find<IReverseProxyFeature>() ?? throw new InvalidOperationException("The request has no route.");
        var request = proxy.Cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty;
        exchange.BeginAttempt(request.ActivityTimeout ?? DefaultTimeout, time);

        // Both attempts share one request timeout.
        if (exchange.IsReplay)
        {
            var left = exchange.GetTimeLeft(time);
            request = request with { ActivityTimeout = left > ShortestTimeout ? left : ShortestTimeout };
        }

        return reusable.IsLimited
            ? SendLimitedAsync(context, exchange, proxy, request)
            : SendAsync(context, exchange, proxy, request);
    }

    private Task<ForwarderError> SendAsync(
        HttpContext context, Exchange exchange, IReverseProxyFeature proxy, ForwarderRequestConfig request)
    {
        var address = exchange.Profile.ApiAddress;
        return forwarder.SendAsync(context, address, proxy.Cluster.HttpClient, request, proxy.Route.Transformer).AsTask();
    }

    private async Task SendLimitedAsync(
        HttpContext context, Exchange exchange, IReverseProxyFeature proxy, ForwarderRequestConfig request)
    {
        var profile = exchange.Profile;
        var canReuse = reusable.TryTake(profile);
        exchange.UsesOwnConnection = !canReuse;
        try
        {
            await SendAsync(context, exchange, proxy, request);
        }
        finally
        {
            if (canReuse)
                reusable.Return(profile);
        }
    }
}
