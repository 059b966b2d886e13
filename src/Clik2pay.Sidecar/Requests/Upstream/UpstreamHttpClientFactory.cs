using System.Text;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>Creates YARP's HTTP client for the provider.</summary>
internal sealed class UpstreamHttpClientFactory(
    Clik2payOptions options, ProviderConnections connections, ConnectionLimits limits) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        connections.Configure(handler, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout);

        // Each caller needs one connection at a time. Idle connections also count toward this limit, so that enough open files remain for
        // other uses.
        handler.MaxConnectionsPerServer = Math.Min(handler.MaxConnectionsPerServer, limits.Callers);

        // Every byte of a header is forwarded unchanged, in both directions.
        handler.RequestHeaderEncodingSelector = SendTracker.SelectEncoding;
        handler.ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
    {
        var unpooled = new SocketsHttpHandler();
        ConfigureHandler(context, unpooled);
        unpooled.PooledConnectionLifetime = TimeSpan.Zero;
        return new NoRepeatHandler(new ClientSpan(new OwnConnectionHandler(base.WrapHandler(context, handler), unpooled)));
    }
}
