namespace Clik2pay.Simulator.Faults;

/// <summary>A fault of the simulated Payment Requests API.</summary>
internal enum ApiFault
{
    None,

    /// <summary>Aborts the connection without a response.</summary>
    Down,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>429.</summary>
    Throttled,

    /// <summary>401, even for a valid token.</summary>
    Unauthorized,

    /// <summary>Processes the request, and then aborts the connection without a response.</summary>
    ResponseLost,
}
