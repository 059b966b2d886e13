using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Provider;

/// <summary>What holds for the connections to both of the provider's APIs.</summary>
internal static class ProviderConnection
{
    public static void Configure(SocketsHttpHandler handler, Uri address, IMeterFactory meters)
    {
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

        // Changes of the provider's addresses are seen within this time.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
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
}
