using Clik2pay.Sidecar.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>YARP's client for the upstream (no redirects, no cookies, no decompression) with what differs here.</summary>
internal sealed class UpstreamHttpClientFactory(Clik2payOptions options) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);

        // The usual HTTPS_PROXY and NO_PROXY hold for the provider, not for a simulator on this machine.
        handler.UseProxy |= !options.ApiBaseUrl.IsLoopback;

        // A traceparent goes upstream only when the caller sent one.
        handler.ActivityHeadersPropagator = null;

        // Changes of the provider's addresses are seen within this time.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SentOnceHandler(base.WrapHandler(context, handler));
}
