using Clik2pay.Sidecar.Benchmarks.Rig;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Bare YARP, or one of the bounds. All have the options <c>--urls</c> and <c>--upstream</c>.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="title">The name in tables.</param>
/// <param name="program">The path of the program.</param>
/// <param name="arguments">Further arguments.</param>
/// <param name="hasBatchScheduling">Whether all threads of the program have the scheduling policy <c>SCHED_BATCH</c>.</param>
/// <param name="provider">The upstream.</param>
internal sealed class DotnetProxy(
    string name, string title, string program, string[] arguments, bool hasBatchScheduling, NginxProvider provider) : IProxy
{
    public string Name => name;

    public string Title => title;

    /// <summary>The size without debug symbols and documentation, and without the .NET runtime if the program needs it.</summary>
    public long? ShippedBytes => new DirectoryInfo(Path.GetDirectoryName(program)!).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Extension is not (".dbg" or ".xml")).Sum(file => file.Length);

    public Server Start()
    {
        var port = Ports.FindFree();
        string[] all = ["--urls", $"http://127.0.0.1:{port}", "--upstream", provider.Address, .. arguments];

        // The default host watches its working directory and all folders below, so the working directory must be a small folder.
        var folder = Path.GetDirectoryName(program)!;
        return hasBatchScheduling
            ? Server.Start(title, port, Tool.Require("chrt"), ["-b", "0", program, .. all], folder: folder)
            : Server.Start(title, port, program, all, folder: folder);
    }
}
