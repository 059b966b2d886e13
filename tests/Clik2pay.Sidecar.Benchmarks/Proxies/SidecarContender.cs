using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>The sidecar, as it is shipped.</summary>
/// <param name="name">What it is chosen by.</param>
/// <param name="title">What it is, for people.</param>
/// <param name="program">The published program.</param>
/// <param name="environment">Its settings.</param>
internal sealed class SidecarContender(string name, string title, string program, IReadOnlyDictionary<string, string> environment) : IContender
{
    /// <summary>A scrape that comes sooner after another gets that one's numbers.</summary>
    public static readonly TimeSpan ScrapeInterval = TimeSpan.FromMilliseconds(400);

    public string Name => name;

    public string Title => title;

    public long? ShippedBytes => new FileInfo(program).Length;

    /// <summary>Where the one that was started last tells of itself.</summary>
    public Uri Admin { get; private set; } = new("http://127.0.0.1");

    public Server Start()
    {
        var (port, admin) = (Ports.TakeFree(), Ports.TakeFree());
        Admin = new($"http://127.0.0.1:{admin}");
        return Server.Start($"The sidecar ({name})", port, program, ["run", $"--Sidecar:Listen=http://127.0.0.1:{port}", $"--Sidecar:Admin=http://127.0.0.1:{admin}"], environment);
    }
}
