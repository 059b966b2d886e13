namespace Clik2pay.Simulator.Counting;

/// <summary>An event that the simulator counts. The control API returns the counts under these names in camel case.</summary>
internal enum CountedEvent
{
    TokenRequests,
    TokensIssued,
    TokenRequestsRefused,
    ApiRequests,
    ApiUnauthorized,
    ApiForbidden,
    ApiThrottled,
    PaymentRequestsCreated,
    PaymentsCreated,
    RefundsCreated,
}
