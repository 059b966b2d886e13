using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Creates the proxies that the verbs <c>load</c> and <c>memory</c> measure.</summary>
internal static class ProxyFactory
{
    public const string Sidecar = "sidecar";
    public const string BareNative = "bare-native";
    public const string Bare = "bare";

    /// <summary>Programs that show what the layers of a proxy cost. They support only the requests of the benchmarks.</summary>
    public static readonly IReadOnlyList<string> Bounds = ["bound-invoker", "bound-client", "bound-epoll"];

    /// <summary>The sidecar, and the proxies that could be used instead.</summary>
    public static readonly IReadOnlyList<string> Defaults = [Sidecar, BareNative, Bare, "nginx", "haproxy", "caddy"];

    public static IReadOnlyList<string> Names => [.. Defaults, .. Bounds];

    /// <returns>The selected proxies that are installed, and the names of the selected ones that are not.</returns>
    /// <exception cref="BenchmarkFailure">No selected proxy is installed.</exception>
    public static async Task<(IReadOnlyList<IProxy> Proxies, IReadOnlyList<string> Missing)> CreateAsync(
        ProxyOptions options, TemporaryFolder folder, NginxProvider provider, SharedStore? store, CancellationToken cancellationToken)
    {
        var proxies = new List<IProxy>();
        var notInstalled = new List<string>();
        string? bounds = null;
        foreach (var name in Names.Where(options.Includes))
        {
            switch (name)
            {
                case Sidecar:
                    proxies.Add(await CreateSidecarAsync(options, folder, provider, store!, cancellationToken));
                    break;
                case BareNative:
                    var native = await Publisher.PublishNativeBareYarpAsync(options.BareNative, folder, cancellationToken);
                    proxies.Add(new DotnetProxy(name, "bare YARP 2.3, native", native, [], options.HasBatchScheduling, provider));
                    break;
                case Bare:
                    var bare = await Publisher.PublishBareYarpAsync(folder, cancellationToken);
                    proxies.Add(new DotnetProxy(name, "bare YARP 2.1.0", bare, [], options.HasBatchScheduling, provider));
                    break;
                case var bound when Bounds.Contains(bound):
                    bounds ??= await Publisher.PublishBoundsAsync(options.Bounds, folder, cancellationToken);
                    proxies.Add(CreateBound(bound, bounds, options.HasBatchScheduling, provider));
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
        ProxyOptions options, TemporaryFolder folder, NginxProvider provider, SharedStore store, CancellationToken cancellationToken)
    {
        var program = await Publisher.PublishSidecarAsync(options.Sidecar, folder, cancellationToken);
        var environment = SidecarEnvironment.Full(provider, store);
        if (options.HasBatchScheduling)
            environment["Sidecar__BatchScheduling"] = "true";
        return new(Sidecar, "the sidecar, everything on", program, environment.With(options.Settings));
    }

    private static DotnetProxy CreateBound(string name, string program, bool hasBatchScheduling, NginxProvider provider)
    {
        var title = name switch
        {
            "bound-invoker" => "bound: Kestrel and HttpMessageInvoker",
            "bound-client" => "bound: Kestrel and a raw client",
            _ => "bound: epoll loop in C#",
        };
        return new(name, title, program, ["--kind", name["bound-".Length..]], hasBatchScheduling, provider);
    }
}
