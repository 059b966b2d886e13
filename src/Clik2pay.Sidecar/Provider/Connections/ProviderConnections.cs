using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Clik2pay.Sidecar.Configuration.Certificates;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>Configures the connections to the provider's API and token endpoint, and provides the metrics of the calls.</summary>
internal sealed class ProviderConnections(TcpConnector connector, Clik2payOptions options, IMeterFactory meters)
{
    /// <summary>The connect timeout for the API. The timeout includes name resolution, TCP, TLS and an HTTP proxy.</summary>
    public static readonly TimeSpan ApiConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The connect timeout for the token endpoint.</summary>
    public static readonly TimeSpan TokenEndpointConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time after which an idle connection is closed. Many load balancers close an idle connection after 60 s, possibly while a request
    /// is being sent. The HTTP client checks for idle connections at intervals of a quarter of this time.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The age at which a connection is replaced. Changes of the provider's addresses take effect within this time.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>The durations of calls to the API.</summary>
    public CallMetrics ApiCalls { get; } = new(meters, options.ApiBaseUrl);

    /// <summary>The durations of token calls.</summary>
    public CallMetrics TokenCalls { get; } = new(meters, options.TokenEndpoint, "token_endpoint");

    /// <summary>Connections that are being established. The key is the request for which the HTTP client opens the connection.</summary>
    private readonly ConditionalWeakTable<HttpRequestMessage, UpstreamStream> connecting = [];

    /// <param name="handler">The handler to configure.</param>
    /// <param name="address">The address of the API or the token endpoint, which the handler calls.</param>
    /// <param name="connectTimeout">One of the two timeouts above.</param>
    public void Configure(SocketsHttpHandler handler, Uri address, TimeSpan connectTimeout)
    {
        handler.ConnectCallback = ConnectAsync;
        handler.PlaintextStreamFilter = (context, _) => new(Establish(context));
        handler.ConnectTimeout = connectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;

        // A redirect would send credentials to another address. A cookie would carry state from one response into another request.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;

        // A simulator on loopback is never called through a proxy.
        handler.UseProxy = !address.IsLoopback;
        handler.Proxy = EnvironmentProxy.Instance;

        handler.SslOptions.CertificateChainPolicy = ServerCertificates.CreatePolicy(
            options.CaFile is { } file ? CertificateAuthorities.Load(file) : null);
        handler.SslOptions.RemoteCertificateValidationCallback = ServerCertificates.Validate;

        // The HTTP client would add its own traceparent. The sidecar forwards only a traceparent of the caller. ClientSpan creates the
        // span.
        handler.ActivityHeadersPropagator = null;
        handler.MeterFactory = meters;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var step = ConnectStep.NameResolution;
        try
        {
            var addresses = await connector.ResolveAsync(host, cancellationToken);
            step = ConnectStep.Tcp;
            var socket = await connector.ConnectAsync(addresses, port, cancellationToken);
            var remote = socket.RemoteEndPoint;
            var stream = new UpstreamStream(socket, works => connector.Report(host, remote, works));
            connecting.AddOrUpdate(context.InitialRequestMessage, stream);
            return stream;
        }
        catch (OperationCanceledException)
        {
            throw new ConnectTimeoutException(step);
        }
    }

    /// <summary>
    /// The HTTP client calls this when a connection is established: after TCP and TLS, and again after TLS through a tunnel.
    /// </summary>
    private Stream Establish(SocketsHttpPlaintextStreamFilterContext context)
    {
        if (connecting.TryGetValue(context.InitialRequestMessage, out var stream))
        {
            connecting.Remove(context.InitialRequestMessage);
            stream.SetEstablished();
        }

        // A connection for CONNECT carries no other request.
        return context.InitialRequestMessage.Method == HttpMethod.Connect
            ? context.PlaintextStream
            : new ResponseBoundaryStream(context.PlaintextStream);
    }
}
