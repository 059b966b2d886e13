namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>The faults of a connection through a <see cref="ChaosProxy"/>.</summary>
internal enum ChaosFault
{
    None,

    /// <summary>Each piece that the server sends is 300 ms late.</summary>
    Delay,

    /// <summary>The connection is reset when the client sends its first byte.</summary>
    Cut,

    /// <summary>The client can connect, but the server gets nothing.</summary>
    Dropped,

    /// <summary>The server gets everything, but its replies are lost.</summary>
    HalfOpen,

    /// <summary>The client can connect and the server runs the script, but the reply to the script is lost.</summary>
    LostReply,

    /// <summary>The server's replies arrive byte by byte, 20 bytes per second.</summary>
    Drip,
}
