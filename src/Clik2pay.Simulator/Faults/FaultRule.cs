namespace Clik2pay.Simulator.Faults;

/// <summary>A fault that applies only to some calls. A rule for the token endpoint has the path <c>/oauth2/token</c>.</summary>
/// <remarks>The properties have setters for the JSON source generator. See <see cref="FaultSettings"/>.</remarks>
internal sealed record FaultRule
{
    public const string TokenEndpointPath = "/oauth2/token";

    /// <summary>A route pattern of ASP.NET Core, for example <c>/open/v1/payment-requests/{id}/refunds</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>The method of the calls; null for every method.</summary>
    public string? Method { get; set; }

    /// <summary>
    /// The rule applies only to the first calls with its method and path, up to this number. Calls to which an earlier rule applies do
    /// not count. Null for every call.
    /// </summary>
    public int? First { get; set; }

    /// <summary>The rule applies to this percentage of the calls, spread evenly. 0 to 100.</summary>
    public int Percent { get; set; } = 100;

    public TokenEndpointFault TokenEndpoint { get; set; }

    /// <summary>The delay in milliseconds. At least 0.</summary>
    public int TokenEndpointDelayMs { get; set; }

    public ApiFault Api { get; set; }

    /// <summary>The delay in milliseconds. At least 0.</summary>
    public int ApiDelayMs { get; set; }
}
