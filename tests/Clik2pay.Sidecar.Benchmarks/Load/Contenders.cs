using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>All that can be measured side by side.</summary>
internal static class Contenders
{
    public static readonly IReadOnlyList<string> Names = ["sidecar", BareYarpContender.ContenderName, "nginx", "haproxy", "caddy"];

    /// <returns>Those that were asked for and are there, and the names of those that are not installed.</returns>
    public static async Task<(IReadOnlyList<IContender> Contenders, IReadOnlyList<string> LeftOut)> MakeAsync(
        LoadOptions options, Folder folder, NginxProvider provider, SharedStore? store, CancellationToken cancellationToken)
    {
        var contenders = new List<IContender>();
        var leftOut = new List<string>();
        foreach (var name in Names.Where(name => LoadVerb.Samples(options, name)))
        {
            switch (name)
            {
                case "sidecar":
                    contenders.Add(await MakeSidecarAsync(options, folder, provider, store!, cancellationToken));
                    break;
                case BareYarpContender.ContenderName:
                    contenders.Add(new BareYarpContender(await Publishing.BareYarpAsync(folder, cancellationToken), provider));
                    break;
                case var missing when Tool.Find(missing) is null:
                    leftOut.Add(missing);
                    break;
                case "nginx":
                    contenders.Add(new NginxContender(folder, provider));
                    break;
                case "haproxy":
                    contenders.Add(new HaproxyContender(folder, provider));
                    break;
                default:
                    contenders.Add(new CaddyContender(folder, provider));
                    break;
            }
        }

        return contenders.Count > 0 ? (contenders, leftOut) : throw new BenchmarkFailure($"Not installed: {string.Join(", ", leftOut)}. Nothing is left to be measured.");
    }

    private static async Task<SidecarContender> MakeSidecarAsync(
        LoadOptions options, Folder folder, NginxProvider provider, SharedStore store, CancellationToken cancellationToken)
    {
        var environment = SidecarEnvironment.Full(provider, store).With(options.Settings);
        return new("sidecar", "the sidecar, everything on", await Publishing.SidecarAsync(options.Sidecar, folder, cancellationToken), environment);
    }
}
