using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>Creates the proxies that the verb <c>load</c> compares.</summary>
internal static class ProxyFactory
{
    public static readonly IReadOnlyList<string> Names = ["sidecar", BareYarpProxy.ProxyName, "nginx", "haproxy", "caddy"];

    /// <returns>The selected proxies that are installed, and the names of the selected ones that are not.</returns>
    /// <exception cref="BenchmarkFailure">No selected proxy is installed.</exception>
    public static async Task<(IReadOnlyList<IProxy> Proxies, IReadOnlyList<string> Missing)> CreateAsync(
        LoadOptions options, TemporaryFolder folder, NginxProvider provider, SharedStore? store, CancellationToken cancellationToken)
    {
        var proxies = new List<IProxy>();
        var notInstalled = new List<string>();
        foreach (var name in Names.Where(options.Includes))
        {
            switch (name)
            {
                case "sidecar":
                    proxies.Add(await CreateSidecarAsync(options, folder, provider, store!, cancellationToken));
                    break;
                case BareYarpProxy.ProxyName:
                    proxies.Add(new BareYarpProxy(await Publisher.PublishBareYarpAsync(folder, cancellationToken), provider));
                    break;
                case var missing when Tool.Find(missing) is null:
                    notInstalled.Add(missing);
                    break;
                case "nginx":
                    proxies.Add(new NginxProxy(folder, provider));
                    break;
                case "haproxy":
                    proxies.Add(new HaproxyProxy(folder, provider));
                    break;
                default:
                    proxies.Add(new CaddyProxy(folder, provider));
                    break;
            }
        }

        return proxies.Count > 0
            ? (proxies, notInstalled)
            : throw new BenchmarkFailure($"No proxy to measure. Not installed: {string.Join(", ", notInstalled)}.");
    }

    private static async Task<SidecarProxy> CreateSidecarAsync(
        LoadOptions options, TemporaryFolder folder, NginxProvider provider, SharedStore store, CancellationToken cancellationToken)
    {
        var program = await Publisher.PublishSidecarAsync(options.Sidecar, folder, cancellationToken);
        return new("sidecar", "the sidecar, everything on", program, SidecarEnvironment.Full(provider, store).With(options.Settings));
    }
}
