using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

/// <summary>One token call with the program's client.</summary>
internal static class TokenEndpointCall
{
    public static async Task<TokenEndpointResult> RunAsync(
        Uri address, TimeProvider time, string scope = "payment_request/all", CancellationToken cancellationToken = default)
    {
        var options = new Clik2payOptions
        {
            Environment = Clik2payEnvironment.Custom,
            ApiBaseUrl = new("http://127.0.0.1"),
            TokenEndpoint = address,
            Credentials = new(Secrets.Username, Secrets.Password, Secrets.ApiKey),
            Scope = scope,
            RefreshAt = 0.75,
        };
        using var meters = new TestMeters();
        var connections = new ProviderConnections(new(SystemDefaults.Time), options, meters);
        using var http = TokenEndpointClient.CreateHttpClient(options.TokenEndpoint, connections, time);
        return await new TokenEndpointClient(http, options, time).RequestTokenAsync(options.Credentials, cancellationToken);
    }
}
