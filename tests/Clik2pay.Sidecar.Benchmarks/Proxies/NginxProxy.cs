using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>nginx, which adds a fixed API key and a fixed token.</summary>
internal sealed class NginxProxy(TemporaryFolder folder, NginxProvider provider) : IProxy
{
    public string Name => "nginx";

    public string Title => "nginx, static headers";

    public long? ShippedBytes => null;

    public Server Start()
    {
        var port = Ports.FindFree();
        var configuration = folder.Write("nginx.conf", $$"""
            {{NginxConfiguration.Begin(folder.Path, "nginx")}}
              upstream provider { server {{new Uri(provider.Address).Authority}}; keepalive 256; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:{{port}};
                location / {
                  proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
                  proxy_set_header x-api-key k; proxy_set_header Authorization "Bearer {{NginxProvider.Token}}";
                }
              }
            }
            """);
        return Server.Start("nginx", port, Tool.Require("nginx"), ["-c", configuration, "-e", Path.Combine(folder.Path, "nginx.error")]);
    }
}
