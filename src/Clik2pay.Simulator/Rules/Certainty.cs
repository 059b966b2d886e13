namespace Clik2pay.Simulator.Rules;

/// <summary>How certain it is that the provider has a rule. The OpenAPI description contains the name in lower case.</summary>
internal enum Certainty
{
    /// <summary>A public page of the provider states the rule.</summary>
    Documented,

    /// <summary>Public integrations use the API in this way in production.</summary>
    Seen,

    /// <summary>An assumption of the simulator. The provider can differ.</summary>
    Guessed,
}
