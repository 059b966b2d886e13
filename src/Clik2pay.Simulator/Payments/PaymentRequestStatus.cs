namespace Clik2pay.Simulator.Payments;

/// <summary>How far a payment request has come. On the wire in upper case.</summary>
internal enum PaymentRequestStatus
{
    Created,
    Paid,
    Cancelled,
    Refunded,
}
