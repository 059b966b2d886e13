using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// Connects to the API as a request does, through the HTTP proxy and with TLS, and closes the connection without sending anything to it.
/// </summary>
internal sealed class ApiProbe(ProviderConnections connections, Clik2payOptions options)
{
    /// <summary>The HTTP proxy up to which a success goes. Over plain http it gets the requests themselves, and nothing is behind it before that.</summary>
    public string? ConnectsOnlyTo => options.ApiBaseUrl.Scheme == Uri.UriSchemeHttp ? EnvironmentProxy.Instance.Find(options.ApiBaseUrl) : null;

    /// <returns>Why there is no connection, in the words that follow the address; null on success.</returns>
    public async Task<string?> ConnectAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
        connections.Configure(handler, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout);

        // The HTTP client calls this when a connection is complete. That to an HTTP proxy goes on, with the request for a tunnel.
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
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return CallFailure.Explain(e, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout, wasSent: false);
        }
    }

    /// <summary>Ends the probe before the HTTP client writes to the connection.</summary>
    private sealed class ConnectedException : Exception;
}
