using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>A proxy that is measured beside others.</summary>
internal interface IContender
{
    /// <summary>What it is chosen by.</summary>
    string Name { get; }

    /// <summary>What it is, for people.</summary>
    string Title { get; }

    /// <summary>What is shipped of it, in bytes; null when that is not ours to say.</summary>
    long? ShippedBytes { get; }

    /// <summary>On a free port, in front of the provider. Its first answer is not awaited.</summary>
    Server Start();
}
