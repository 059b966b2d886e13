namespace Clik2pay.Sidecar.Networking;

/// <summary>The steps of an attempt to connect, before TLS.</summary>
internal enum ConnectStep
{
    /// <summary>Finding the addresses of the name.</summary>
    NameResolution,

    /// <summary>Establishing a TCP connection to one of the addresses.</summary>
    Tcp,
}
