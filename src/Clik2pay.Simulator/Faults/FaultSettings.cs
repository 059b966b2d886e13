namespace Clik2pay.Simulator.Faults;

/// <summary>The faults to simulate. The defaults simulate no fault.</summary>
/// <remarks>
/// The properties have setters, because the JSON source generator would set init-only properties that a body omits to zero.
/// </remarks>
internal sealed record FaultSettings
{
    public TokenEndpointFault TokenEndpoint { get; set; }

    /// <summary>The delay before each response of the token endpoint, in milliseconds. At least 0.</summary>
    public int TokenEndpointDelayMs { get; set; }

    /// <summary>The lifetime of tokens that are issued from now on, in seconds. At least 1.</summary>
    public int TokenLifetimeSeconds { get; set; } = 3600;

    public ApiFault Api { get; set; }

    /// <summary>The delay before each response of the Payment Requests API, in milliseconds. At least 0.</summary>
    public int ApiDelayMs { get; set; }
}
