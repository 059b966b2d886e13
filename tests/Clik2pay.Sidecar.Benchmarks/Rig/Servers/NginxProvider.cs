using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>The provider's stand-in, an nginx: a token endpoint, a small and a large answer, and a place that takes telemetry.</summary>
internal sealed class NginxProvider : IAsyncDisposable
{
    public const string Small = "/open/v1/small";
    public const string Large = "/open/v1/large";
    public const string LongLived = "/oauth2/token";

    /// <summary>A token endpoint whose tokens do not live long.</summary>
    public const string ShortLived = "/short/oauth2/token";

    private readonly Server server;

    private NginxProvider(Server server) => this.server = server;

    /// <summary>As long as the provider's own. The token endpoint's end in the request's number, so that no two are the same.</summary>
    public static string Token { get; } = new('t', 1000);

    public string Address => $"http://127.0.0.1:{server.Port}";

    public static async Task<NginxProvider> StartAsync(Folder folder, TimeSpan shortLife, CancellationToken cancellationToken)
    {
        var port = Ports.TakeFree();
        folder.Write("large", new string('a', 1_000_000));
        var configuration = folder.Write("provider.conf", Configure(port, folder.Path, shortLife));
        var provider = new NginxProvider(Server.Start("The provider's nginx", port, Tool.Need("nginx"), ["-c", configuration, "-e", Path.Combine(folder.Path, "provider.error")]));
        await FirstResponse.WaitAsync(provider.server, Small, cancellationToken);
        return provider;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static string Configure(int port, string folder, TimeSpan shortLife) => $$"""
        {{NginxConfiguration.Begin(folder, "provider")}}
          server {
            listen 127.0.0.1:{{port}};
            location = {{LongLived}} { default_type application/json; return 200 '{{Issue(TimeSpan.FromHours(1))}}'; }
            location = {{ShortLived}} { default_type application/json; return 200 '{{Issue(shortLife)}}'; }
            location = {{Large}} { default_type application/json; alias {{folder}}/large; }
            location /v1/ { return 200; }
            location / { default_type application/json; add_header x-amzn-RequestId 9f3c1d2e-6a41-4c0f-8a35-1f0f5f5b8e11; return 200 '{{new string('a', 100)}}'; }
          }
        }
        """;

    /// <summary>nginx puts 32 characters in the place of its variable.</summary>
    private static string Issue(TimeSpan life) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"{{Token[32..]}}$request_id","expires_in":{{life.TotalSeconds:F0}},"token_type":"Bearer"}""");
}
