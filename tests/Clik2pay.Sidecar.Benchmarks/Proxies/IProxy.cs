using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>A proxy that can be measured.</summary>
internal interface IProxy
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>The name in tables.</summary>
    string Title { get; }

    /// <summary>The size of the shipped program in bytes. Null if this project does not ship it.</summary>
    long? ShippedBytes { get; }

    /// <summary>Starts the proxy on a free port with the provider as upstream. Does not wait for the first response.</summary>
    Server Start();
}
