namespace Clik2pay.Simulator.Transactions;

/// <summary>The names of the kinds of transactions.</summary>
internal static class TransactionKindNames
{
    /// <returns>
    /// The <c>resourceType</c> of a webhook. https://docs.clik2pay.com/docs/webhook-listener has an example only for payment requests. The
    /// other names are assumptions.
    /// </returns>
    public static string ResourceType(this TransactionKind kind) => kind switch
    {
        TransactionKind.PaymentRequest => "payment-request",
        TransactionKind.Refund => "refund",
        _ => "payment",
    };

    /// <returns>The name in a sentence.</returns>
    public static string DisplayName(this TransactionKind kind) => kind.ResourceType().Replace('-', ' ');
}
