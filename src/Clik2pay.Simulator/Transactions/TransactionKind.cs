namespace Clik2pay.Simulator.Transactions;

/// <summary>What a transaction is.</summary>
internal enum TransactionKind
{
    /// <summary>A request for money that a payer pays (Interac Request Money).</summary>
    PaymentRequest,

    /// <summary>A refund of a payment request.</summary>
    Refund,

    /// <summary>Money that the merchant sends to a recipient (Interac Send Money).</summary>
    Payment,
}
