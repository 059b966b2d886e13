namespace Clik2pay.Simulator.Control;

/// <summary>What is wrong with the simulated Payment Requests API.</summary>
public enum ApiFault
{
    None,

    /// <summary>The connection is cut without an answer.</summary>
    Down,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>429.</summary>
    Throttled,

    /// <summary>401, whatever the token.</summary>
    Unauthorized,
}
