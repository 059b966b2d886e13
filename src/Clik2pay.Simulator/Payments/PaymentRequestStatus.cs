namespace Clik2pay.Simulator.Payments;

/// <summary>The status of a payment request. JSON bodies contain the name in upper case.</summary>
internal enum PaymentRequestStatus
{
    Created,
    Paid,
    Cancelled,
    Refunded,
}
