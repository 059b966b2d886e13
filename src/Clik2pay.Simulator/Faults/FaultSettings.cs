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

    /// <summary>
    /// The time between the processing of a call and the response of the Payment Requests API, in milliseconds. At least 0.
    /// </summary>
    public int ApiDelayMs { get; set; }

    /// <summary>The percentage of webhooks that are sent twice. 0 to 100.</summary>
    public int WebhookDuplicatePercent { get; set; }

    /// <summary>The percentage of webhooks that are never sent. 0 to 100.</summary>
    public int WebhookLosePercent { get; set; }

    /// <summary>The percentage of webhooks that wait up to 1 s, so that later webhooks overtake them. 0 to 100.</summary>
    public int WebhookReorderPercent { get; set; }

    /// <summary>The delay before each webhook, in milliseconds. At least 0.</summary>
    public int WebhookDelayMs { get; set; }

    /// <summary>Faults that apply only to some calls.</summary>
    public IReadOnlyList<FaultRule> Rules { get; set; } = [];
}
