using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>The published sidecar.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="title">The name in tables.</param>
/// <param name="program">The path of the program.</param>
/// <param name="environment">The settings, as environment variables.</param>
internal sealed class SidecarProxy(string name, string title, string program, IReadOnlyDictionary<string, string> environment) : IProxy
{
    /// <summary>The time between two scrapes. It exceeds the 300 ms for which the exporter caches a response by default.</summary>
    public static readonly TimeSpan ScrapeInterval = TimeSpan.FromMilliseconds(400);

    public string Name => name;

    public string Title => title;

    public long? ShippedBytes => new FileInfo(program).Length;

    /// <summary>The administration address of the process that was started last.</summary>
    public Uri Admin { get; private set; } = new("http://127.0.0.1");

    public Server Start()
    {
        var (port, admin) = (Ports.FindFree(), Ports.FindFree());
        Admin = new($"http://127.0.0.1:{admin}");
        string[] arguments = ["run", $"--Sidecar:Listen=http://127.0.0.1:{port}", $"--Sidecar:Admin=http://127.0.0.1:{admin}"];
        return Server.Start($"The sidecar ({name})", port, program, arguments, environment);
    }
}
