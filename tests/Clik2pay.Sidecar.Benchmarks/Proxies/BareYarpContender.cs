using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>YARP with its defaults, published with the platform's.</summary>
/// <param name="folder">Where it is published.</param>
/// <param name="provider">What is behind it.</param>
internal sealed class BareYarpContender(string folder, NginxProvider provider) : IContender
{
    public const string ContenderName = "bare";

    public string Name => ContenderName;

    public string Title => "bare YARP 2.1.0";

    /// <summary>Without the runtime, which it needs too.</summary>
    public long? ShippedBytes => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    public Server Start()
    {
        var port = Ports.TakeFree();

        // By default it watches all folders below the one that it is started in.
        return Server.Start("Bare YARP", port, Tool.Need("dotnet"), [Path.Combine(folder, "BareYarp.dll"), "--urls", $"http://127.0.0.1:{port}", "--upstream", provider.Address], folder: folder);
    }
}
