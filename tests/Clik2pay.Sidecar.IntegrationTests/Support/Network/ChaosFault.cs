namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>What can be wrong with a connection.</summary>
internal enum ChaosFault
{
    None,

    /// <summary>What comes back is late by 300 ms each time.</summary>
    Delay,

    /// <summary>It is reset as soon as the caller has said something.</summary>
    Cut,

    /// <summary>It is made, and what the caller says goes nowhere.</summary>
    Dropped,

    /// <summary>The server gets everything, and nothing comes back.</summary>
    HalfOpen,

    /// <summary>The client can connect, and the server runs the script. The reply is lost.</summary>
    LostReply,

    /// <summary>What comes back comes byte by byte, 20 in a second.</summary>
    Drip,
}
