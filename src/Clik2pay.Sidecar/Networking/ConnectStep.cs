namespace Clik2pay.Sidecar.Networking;

/// <summary>What an attempt to connect waits for.</summary>
internal enum ConnectStep
{
    /// <summary>The addresses of the name.</summary>
    NameResolution,

    /// <summary>A TCP connection to one of the addresses.</summary>
    Tcp,
}
