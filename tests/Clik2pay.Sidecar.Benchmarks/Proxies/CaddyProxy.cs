using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Caddy, which adds a fixed API key and a fixed token.</summary>
internal sealed class CaddyProxy(TemporaryFolder folder, NginxProvider provider) : IProxy
{
    public string Name => "caddy";

    public string Title => "Caddy, static headers";

    public long? ShippedBytes => null;

    public Server Start()
    {
        var port = Ports.FindFree();
        var configuration = folder.Write("Caddyfile", $$"""
            {
              admin off
              auto_https off
            }
            http://127.0.0.1:{{port}} {
              bind 127.0.0.1
              reverse_proxy {{provider.Address}} {
                header_up x-api-key k
                header_up Authorization "Bearer {{NginxProvider.Token}}"
              }
            }

            """);
        var home = folder.CreateFolder("caddy");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = home,
            ["XDG_DATA_HOME"] = home,
        };
        string[] arguments = ["run", "--adapter", "caddyfile", "--config", configuration];
        return Server.Start("Caddy", port, Tool.Require("caddy"), arguments, environment);
    }
}
