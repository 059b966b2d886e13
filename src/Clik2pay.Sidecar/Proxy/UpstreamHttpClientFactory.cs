using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>YARP's client for the upstream, with what differs here.</summary>
internal sealed class UpstreamHttpClientFactory(Clik2payOptions options) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        ProviderConnection.Configure(handler, options.ApiBaseUrl);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SentOnceHandler(base.WrapHandler(context, handler));
}
