using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Configures the connections to both of the provider's APIs.</summary>
internal sealed class ProviderConnections(TcpConnector connector, IMeterFactory meters)
{
    /// <summary>
    /// The age at which an idle connection is closed. It is below the 60 s after which many load balancers close it, so that a request is not
    /// sent at the same moment. The HTTP client looks every quarter of this time.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The age at which a connection is replaced. Changes of the provider's addresses take effect within this time.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <param name="handler">The handler to configure.</param>
    /// <param name="address">The API that it will call.</param>
    /// <param name="connectTimeout">The limit for name resolution, TCP and TLS together.</param>
    public void Configure(SocketsHttpHandler handler, Uri address, TimeSpan connectTimeout)
    {
        handler.ConnectCallback = ConnectAsync;
        handler.ConnectTimeout = connectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;

        // A redirect would take credentials to where it points; a cookie would carry one answer's state into another request.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;

        // The usual HTTPS_PROXY and NO_PROXY hold for the provider, not for a simulator on this machine.
        handler.UseProxy |= !address.IsLoopback;

        // Nothing is fetched from where a certificate that nobody trusts yet says: that would be a call to anywhere, and block the thread meanwhile.
        handler.SslOptions.CertificateChainPolicy = new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };

        // A traceparent goes out only when a caller sent one, and the span of a call is our own.
        handler.ActivityHeadersPropagator = null;
        handler.MeterFactory = meters;
    }

    /// <summary>Whether it is certain that no byte of the request has been sent.</summary>
    public static bool WasNeverMade(HttpRequestException e) => e.HttpRequestError
        is HttpRequestError.NameResolutionError
        or HttpRequestError.ConnectionError
        or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError;

    /// <summary>A text of our own for each kind of failure: an exception's message may quote what must not be told.</summary>
    public static string Explain(HttpRequestException e, Uri address) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "could not be reached: its name does not resolve",
        HttpRequestError.SecureConnectionError => "could not be trusted: the TLS handshake failed",
        HttpRequestError.ProxyTunnelError => "could not be reached through the HTTP proxy of the environment",
        HttpRequestError.ConnectionError => $"could not be reached{ThroughProxy(address)}: {(e.InnerException as SocketException)?.SocketErrorCode.ToString() ?? "no connection"}",
        _ => "broke the connection before its answer was complete",
    };

    private static string ThroughProxy(Uri address) =>
        !address.IsLoopback && HttpClient.DefaultProxy.GetProxy(address) is not null ? " through the HTTP proxy of the environment" : "";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var step = ConnectStep.NameResolution;
        try
        {
            var addresses = await connector.ResolveAsync(host, cancellationToken);
            step = ConnectStep.Tcp;
            return new NetworkStream(await connector.ConnectAsync(host, addresses, port, cancellationToken), ownsSocket: true);
        }
        catch (OperationCanceledException)
        {
            throw new ConnectTimeoutException(step);
        }
    }
}
