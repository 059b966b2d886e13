namespace Clik2pay.Simulator.Transactions;

/// <summary>The status of a transaction. JSON bodies contain the name in upper case. Public integrations use these names.</summary>
internal enum TransactionStatus
{
    Created,

    /// <summary>The delivery date is in the future.</summary>
    Scheduled,

    /// <summary>The payer has opened the link, or the payment is being processed.</summary>
    Active,

    Paid,
    Settled,
    Failed,
    Cancelled,
}
