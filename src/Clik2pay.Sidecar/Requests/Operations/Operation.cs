namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>
/// What a request does at the provider, by its method and its path. In snake case it is the label <c>operation</c>, and, except for
/// <see cref="Other"/>, the name in the setting <c>Operations</c> of a caller.
/// </summary>
internal enum Operation
{
    /// <summary>Creates a payment request.</summary>
    Create,

    /// <summary>Reads anything.</summary>
    Read,

    /// <summary>Cancels a payment request.</summary>
    Cancel,

    /// <summary>Refunds a paid payment request.</summary>
    Refund,

    /// <summary>Sends a payment.</summary>
    Pay,

    /// <summary>Any other method and path.</summary>
    Other,
}
