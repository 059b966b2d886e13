namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>What the caller does with its connection after it has sent a script.</summary>
internal enum CallerEnding
{
    /// <summary>Reads every response and keeps the connection if possible.</summary>
    Keep,

    /// <summary>Reads every response and closes the connection.</summary>
    Close,

    /// <summary>Resets the connection before it reads a response.</summary>
    Reset,

    /// <summary>Closes its sending side immediately and reads until the connection ends.</summary>
    HalfClose,
}
