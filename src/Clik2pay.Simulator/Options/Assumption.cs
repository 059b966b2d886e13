namespace Clik2pay.Simulator.Options;

/// <summary>
/// Behavior that the provider does not document. Each behavior is off by default.
/// On the command line, the names contain hyphens.
/// </summary>
public enum Assumption
{
    /// <summary>GET /open/v1/payment-requests lists payment requests.</summary>
    List,

    /// <summary>DELETE /open/v1/payment-requests/{id} cancels a payment request.</summary>
    Delete,

    /// <summary>Error bodies look like those of AWS API Gateway.</summary>
    ErrorBodies,

    /// <summary>Amounts can also be strings, for example "12.50". Public integrations send such amounts.</summary>
    StringAmounts,

    /// <summary>Webhooks report settled and cancelled transactions, with event types that the provider does not list.</summary>
    Events,
}
