using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// Connects to the API as a request does, through the HTTP proxy and with TLS, and closes the connection without sending anything to it.
/// </summary>
internal sealed class ApiProbe(ProviderConnections connections, Clik2payOptions options)
{
    /// <summary>
    /// The HTTP proxy, if a successful probe covers only the connection to the proxy. Over plain http, a proxy connects to the API only
    /// when it gets a request.
    /// </summary>
    public string? ConnectsOnlyTo =>
        options.ApiBaseUrl.Scheme == Uri.UriSchemeHttp ? EnvironmentProxy.Instance.Find(options.ApiBaseUrl) : null;

    /// <returns>Why no connection was established, as the end of a sentence that begins with the address. Null on success.</returns>
    public async Task<string?> ConnectAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
        connections.Configure(handler, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout);

        // The HTTP client calls this when a connection is established. On a connection to an HTTP proxy, the client then sends CONNECT.
        handler.PlaintextStreamFilter = (context, _) => context.InitialRequestMessage.Method == HttpMethod.Connect
            ? new(context.PlaintextStream)
            : throw new ConnectedException();

        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Head, options.ApiBaseUrl);
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            throw new InvalidOperationException("The probe was sent as a request.");
        }
        catch (HttpRequestException e) when (e.InnerException is ConnectedException)
        {
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return CallFailure.Explain(e, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout, wasSent: false);
        }
    }

    /// <summary>Ends the probe before the HTTP client writes to the connection.</summary>
    private sealed class ConnectedException : Exception;
}
