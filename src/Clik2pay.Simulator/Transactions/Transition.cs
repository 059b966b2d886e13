using static Clik2pay.Simulator.Transactions.TransactionStatus;

namespace Clik2pay.Simulator.Transactions;

/// <summary>A change of status, with the webhook event that reports it.</summary>
/// <param name="From">The statuses that allow the change.</param>
/// <param name="To">The status after the change.</param>
/// <param name="EventType">The <c>eventType</c> of the webhook.</param>
/// <param name="Message">The <c>message</c> of the webhook.</param>
/// <param name="IsDocumented">Whether https://docs.clik2pay.com/docs/webhook-listener lists the event type.</param>
internal sealed record Transition(
    IReadOnlyList<TransactionStatus> From, TransactionStatus To, string EventType, string Message, bool IsDocumented = true)
{
    private static readonly TransactionStatus[] Pending = [Created, Scheduled, Active];

    private static readonly Transition LinkFollowed = new(Pending, Active, "PAYMENT-LINK-FOLLOWED", "The payer followed the payment link.");
    private static readonly Transition Processing = new(Pending, Active, "PAYMENT-PROCESSING", "The transaction is being processed.");
    private static readonly Transition Completed = new(Pending, Paid, "PAYMENT-COMPLETED", "The transaction was completed successfully.");
    private static readonly Transition Failure = new(Pending, Failed, "PAYMENT-FAILED", "The transaction failed during processing.");
    private static readonly Transition Settlement = new([Paid], Settled, "PAYMENT-SETTLED", "The transaction was settled.", false);
    private static readonly Transition Cancellation =
        new(Pending, Cancelled, "PAYMENT-CANCELLED", "The merchant cancelled the transaction.", false);

    /// <returns>The changes that an action makes, in order; empty if the kind of transaction does not have the action.</returns>
    /// <remarks>The changes are assumptions, because the provider does not document them.</remarks>
    public static IReadOnlyList<Transition> Of(TransactionKind kind, TransactionAction action)
    {
        var isPaymentRequest = kind is TransactionKind.PaymentRequest;
        return action switch
        {
            TransactionAction.FollowLink when isPaymentRequest => [LinkFollowed],
            TransactionAction.Pay when isPaymentRequest => [Processing, Completed],
            TransactionAction.Pay => [Completed],
            TransactionAction.Fail => [Failure],
            TransactionAction.Settle => [Settlement],
            TransactionAction.Cancel when isPaymentRequest => [Cancellation],
            _ => [],
        };
    }
}
