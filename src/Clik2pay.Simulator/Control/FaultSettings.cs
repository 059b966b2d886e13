namespace Clik2pay.Simulator.Control;

/// <summary>What goes wrong on demand. As it stands, nothing does. Settable, because the JSON generator would set what a body leaves out to zero otherwise.</summary>
public sealed record FaultSettings
{
    public TokenEndpointFault TokenEndpoint { get; set; }

    /// <summary>How long the token endpoint thinks before it answers, in milliseconds.</summary>
    public int TokenEndpointDelayMs { get; set; }

    /// <summary>How long tokens issued from now on live, in seconds.</summary>
    public int TokenLifetimeSeconds { get; set; } = 3600;

    public ApiFault Api { get; set; }

    /// <summary>How long the Payment Requests API thinks before it answers, in milliseconds.</summary>
    public int ApiDelayMs { get; set; }
}
