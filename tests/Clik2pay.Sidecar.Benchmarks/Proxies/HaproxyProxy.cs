using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>HAProxy, which adds a fixed API key and a fixed token.</summary>
internal sealed class HaproxyProxy(TemporaryFolder folder, NginxProvider provider) : IProxy
{
    public string Name => "haproxy";

    public string Title => "HAProxy, static headers";

    public long? ShippedBytes => null;

    public Server Start()
    {
        var port = Ports.FindFree();
        var configuration = folder.Write("haproxy.cfg", $"""
            global
              nbthread 2
              maxconn 4096
            defaults
              mode http
              timeout connect 10s
              timeout client 60s
              timeout server 60s
            frontend callers
              bind 127.0.0.1:{port}
              default_backend provider
            backend provider
              http-reuse always
              http-request set-header x-api-key k
              http-request set-header authorization "Bearer {NginxProvider.Token}"
              server provider {new Uri(provider.Address).Authority}

            """);
        return Server.Start("HAProxy", port, Tool.Require("haproxy"), ["-db", "-f", configuration]);
    }
}
