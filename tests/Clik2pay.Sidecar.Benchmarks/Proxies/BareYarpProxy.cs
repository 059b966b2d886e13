using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>YARP with its default settings, published with the default options.</summary>
/// <param name="folder">The folder of the published program.</param>
/// <param name="provider">The upstream.</param>
internal sealed class BareYarpProxy(string folder, NginxProvider provider) : IProxy
{
    public const string ProxyName = "bare";

    public string Name => ProxyName;

    public string Title => "bare YARP 2.1.0";

    /// <summary>The size without the .NET runtime, which the program also needs.</summary>
    public long? ShippedBytes => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    public Server Start()
    {
        var port = Ports.FindFree();
        string[] arguments =
            [Path.Combine(folder, "BareYarp.dll"), "--urls", $"http://127.0.0.1:{port}", "--upstream", provider.Address];

        // The default host watches its working directory and all folders below, so the working directory must be a small folder.
        return Server.Start("Bare YARP", port, Tool.Require("dotnet"), arguments, folder: folder);
    }
}
