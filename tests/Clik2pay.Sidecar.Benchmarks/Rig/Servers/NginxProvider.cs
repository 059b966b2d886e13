using System.Globalization;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>An nginx that acts as the provider: a token endpoint, a small and a large response, and an endpoint for telemetry.</summary>
internal sealed class NginxProvider : IAsyncDisposable
{
    public const string SmallPath = "/open/v1/small";
    public const string LargePath = "/open/v1/large";
    public const int SmallBytes = 100;
    public const int LargeBytes = 1_000_000;

    /// <summary>A token endpoint whose tokens have a lifetime of one hour.</summary>
    public const string TokenPath = "/oauth2/token";

    /// <summary>A token endpoint whose tokens have a short lifetime.</summary>
    public const string ShortTokenPath = "/short/oauth2/token";

    private readonly Server server;

    private NginxProvider(Server server) => this.server = server;

    /// <summary>
    /// A token of 1,000 characters. The tokens of the token endpoints have the same length; they end with the request id, so that each one
    /// is different.
    /// </summary>
    public static string Token { get; } = new('t', 1000);

    public string Address => $"http://127.0.0.1:{server.Port}";

    public static async Task<NginxProvider> StartAsync(TemporaryFolder folder, TimeSpan shortLifetime, CancellationToken cancellationToken)
    {
        var port = Ports.FindFree();
        folder.Write("large", new string('a', LargeBytes));
        var configuration = folder.Write("provider.conf", CreateConfiguration(port, folder.Path, shortLifetime));
        string[] arguments = ["-c", configuration, "-e", Path.Combine(folder.Path, "provider.error")];
        var provider = new NginxProvider(Server.Start("The provider's nginx", port, Tool.Require("nginx"), arguments));
        await FirstResponse.WaitAsync(provider.server, SmallPath, cancellationToken);
        return provider;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static string CreateConfiguration(int port, string folder, TimeSpan shortLifetime) => $$"""
        {{NginxConfiguration.Begin(folder, "provider")}}
          server {
            listen 127.0.0.1:{{port}};
            location = {{TokenPath}} { default_type application/json; return 200 '{{CreateTokenResponse(TimeSpan.FromHours(1))}}'; }
            location = {{ShortTokenPath}} { default_type application/json; return 200 '{{CreateTokenResponse(shortLifetime)}}'; }
            location = {{LargePath}} { default_type application/json; alias {{folder}}/large; }
            location /v1/ { return 200; }
            location / {
              default_type application/json;
              add_header x-amzn-RequestId 9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11;
              return 200 '{{new string('a', SmallBytes)}}';
            }
          }
        }
        """;

    /// <summary>The last 32 characters of the token are nginx's variable <c>$request_id</c>.</summary>
    private static string CreateTokenResponse(TimeSpan lifetime) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"access_token":"{{Token[32..]}}$request_id","expires_in":{{lifetime.TotalSeconds:F0}},"token_type":"Bearer"}""");
}
