using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Networking;

/// <summary>
/// Explains why a call failed, as the end of a sentence that begins with the address. The message of an exception is not used, because it
/// may contain what the other side sent.
/// </summary>
internal static class CallFailure
{
    public const string Closed = "closed the connection without a complete response, and may not have read the whole request";

    private const string InvalidResponse = "sent a response that is not valid HTTP/1.1";
    private const string UseCaFile = "; for a private authority, set Clik2pay:CaFile";

    /// <summary>Whether the connect timeout passed, as the HTTP client reports it.</summary>
    public static bool IsConnectTimeout(Exception? e) => e is OperationCanceledException { InnerException: TimeoutException };

    /// <summary>Whether no connection was established for this call.</summary>
    public static bool IsConnectFailure(Exception? e) => IsConnectTimeout(e) || e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    /// <param name="e">The failure.</param>
    /// <param name="address">The address that was called.</param>
    /// <param name="connectTimeout">The limit for the connection.</param>
    /// <param name="wasSent">Whether the request may have been sent. If not, no connection was established.</param>
    public static string Explain(Exception? e, Uri address, TimeSpan connectTimeout, bool wasSent) => e switch
    {
        OperationCanceledException { InnerException: TimeoutException timeout } =>
            Unreachable(address, NoConnection(connectTimeout) + ExplainStep(timeout.InnerException as ConnectTimeoutException, address)),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.TryAgain } } =>
            Unreachable(address, $"the name {ConnectsTo(address).Host} could not be resolved, because no name server responded"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            Unreachable(address, $"the name {ConnectsTo(address).Host} does not resolve"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            Unreachable(address, Describe((e.InnerException as SocketException)?.SocketErrorCode)),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } http =>
            Unreachable(address, ExplainTunnel(address, http.StatusCode)),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            e.GetBaseException() is UntrustedCertificateException untrusted
                ? $"could not be trusted{Through(address)}: {untrusted.Reason}{(untrusted.IsUnknownAuthority ? UseCaFile : "")}"
                : Unreachable(address, "the TLS handshake failed; check that this port uses TLS"),
        _ when !wasSent => Unreachable(
            address, EnvironmentProxy.Instance.Find(address) is null ? "no connection was established" : "the proxy closed the connection"),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => InvalidResponse,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            "sent response headers larger than 64 KiB",
        _ when Has<RequestNotReadException>(e) => "closed the connection before it read the whole request",
        _ when Has<SocketException>(e, failure => failure.SocketErrorCode == SocketError.TimedOut) =>
            "stopped acknowledging data, so the connection was closed",
        _ when Has<HttpIOException>(e, failure => failure.HttpRequestError == HttpRequestError.InvalidResponse) => InvalidResponse,
        _ when e is null || Has<IOException>(e) => Closed,

        // Kestrel throws this when a header of the response cannot be copied to the caller's response.
        InvalidOperationException => InvalidResponse,
        _ => $"did not complete the call ({e.GetType().Name})",
    };

    /// <summary>Explains a request whose timeout passed before a connection was established.</summary>
    public static string ExplainNoConnection(Uri address, TimeSpan limit) => Unreachable(address, NoConnection(limit));

    public static string Describe(SocketError? error) => error switch
    {
        null => "no connection was established",
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.ConnectionReset => "the connection was reset",
        SocketError.HostUnreachable => "there is no route to the host",
        SocketError.NetworkUnreachable => "the network is unreachable",
        SocketError.TimedOut => "the host did not respond",
        SocketError.TooManyOpenSockets => "the sidecar has reached its limit of open files",
        _ => $"the connection failed ({error})",
    };

    /// <summary>Explains a 407 response of the proxy to a request over plain http, which is sent to the proxy itself.</summary>
    /// <returns>Null if the address is not reached through a proxy.</returns>
    public static string? ExplainProxyRefusal(Uri address) => EnvironmentProxy.Instance.Find(address) is null
        ? null
        : $"was called{Through(address)}: {ExplainTunnel(address, HttpStatusCode.ProxyAuthenticationRequired)}";

    /// <summary>Whether the exception or one of its inner exceptions is of the type, and the condition holds for it.</summary>
    private static bool Has<T>(Exception? e, Predicate<T>? condition = null)
        where T : Exception =>
        e is not null && ((e is T failure && condition?.Invoke(failure) != false) || Has(e.InnerException, condition));

    private static string NoConnection(TimeSpan limit) =>
        string.Create(CultureInfo.InvariantCulture, $"no connection within {limit.TotalSeconds:0.#} s");

    private static string Unreachable(Uri address, string reason) =>
        $"could not be reached{Through(address)}: {reason}";

    private static string Through(Uri address) => EnvironmentProxy.Instance.Find(address) is { } proxy ? $" through the proxy {proxy}" : "";

    private static string ExplainStep(ConnectTimeoutException? timeout, Uri address) => timeout?.Step switch
    {
        ConnectStep.NameResolution => $", because the name {ConnectsTo(address).Host} was not resolved",
        ConnectStep.Tcp => $", because {ConnectsTo(address).Host}:{ConnectsTo(address).Port} did not respond",
        _ when EnvironmentProxy.Instance.Find(address) is null => ", because the TLS handshake got no response",
        _ => "",
    };

    private static string ExplainTunnel(Uri address, HttpStatusCode? status) => status switch
    {
        null => "the proxy did not open a connection",
        HttpStatusCode.ProxyAuthenticationRequired =>
            "the proxy responded 407 (Proxy Authentication Required). Only Basic and Digest authentication are supported. "
                + $"Check the user and password in {address.Scheme.ToUpperInvariant()}_PROXY or ALL_PROXY",
        _ => $"the proxy responded {(int)status} to CONNECT",
    };

    /// <summary>The address that the sidecar itself connects to: the proxy if there is one.</summary>
    private static Uri ConnectsTo(Uri address) => EnvironmentProxy.Instance.Find(address) is { } proxy ? new Uri(proxy) : address;
}
