using System.Text;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Upstream;

/// <summary>Creates YARP's HTTP client for the provider. Each profile has its own connections.</summary>
internal sealed class UpstreamHttpClientFactory(Profiles profiles, ConnectionLimits limits) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler) =>
        Configure(context, handler, profiles.All[0], limits.ReusablePerProfile);

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
    {
        var first = base.WrapHandler(context, handler);
        return new NoRepeatHandler(new ClientSpan(profiles.All.Count == 1
            ? AddUnpooled(context, first, profiles.All[0])
            : new ProfileHandler(profiles.All.Count, Create)));

        HttpMessageHandler Create(Profile profile) => AddUnpooled(
            context, profile.Index == 0 ? first : CreateHandler(context, profile, limits.ReusablePerProfile), profile);
    }

    private OwnConnectionHandler AddUnpooled(ForwarderHttpClientContext context, HttpMessageHandler pooled, Profile profile)
    {
        // Each caller needs one connection at a time.
        var unpooled = CreateHandler(context, profile, limits.Callers);
        unpooled.PooledConnectionLifetime = TimeSpan.Zero;
        return new(pooled, unpooled);
    }

    private SocketsHttpHandler CreateHandler(ForwarderHttpClientContext context, Profile profile, int maxConnections)
    {
        var handler = new SocketsHttpHandler();
        Configure(context, handler, profile, maxConnections);
        return handler;
    }

    private void Configure(ForwarderHttpClientContext context, SocketsHttpHandler handler, Profile profile, int maxConnections)
    {
        base.ConfigureHandler(context, handler);
        profile.Connections.Configure(handler, profile.Options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout);

        // Idle connections also count toward this limit, so that enough open files remain for other uses. Further requests of the profile
        // have connections of their own.
        handler.MaxConnectionsPerServer = Math.Min(handler.MaxConnectionsPerServer, Math.Max(1, maxConnections));

        // Every byte of a header is forwarded unchanged, in both directions.
        handler.RequestHeaderEncodingSelector = SendTracker.SelectEncoding;
        handler.ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1;
    }
}
