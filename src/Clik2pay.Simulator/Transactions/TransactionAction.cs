namespace Clik2pay.Simulator.Transactions;

/// <summary>What changes the status of a transaction.</summary>
internal enum TransactionAction
{
    /// <summary>The payer opens the payment link.</summary>
    FollowLink,

    /// <summary>The payer pays, or the recipient accepts the refund or the payment.</summary>
    Pay,

    /// <summary>The payment, or the transfer to the recipient, fails.</summary>
    Fail,

    /// <summary>The provider settles the transaction.</summary>
    Settle,

    /// <summary>The merchant cancels the payment request.</summary>
    Cancel,
}
