using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Caddy, which puts on a key and a token that never change.</summary>
internal sealed class CaddyContender(Folder folder, NginxProvider provider) : IContender
{
    public string Name => "caddy";

    public string Title => "Caddy, static headers";

    public long? ShippedBytes => null;

    public Server Start()
    {
        var port = Ports.TakeFree();
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
        var home = folder.Make("caddy");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["XDG_DATA_HOME"] = home };
        return Server.Start("Caddy", port, Tool.Need("caddy"), ["run", "--adapter", "caddyfile", "--config", configuration], environment);
    }
}
