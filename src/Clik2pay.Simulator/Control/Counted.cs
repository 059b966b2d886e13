namespace Clik2pay.Simulator.Control;

/// <summary>What is counted.</summary>
public enum Counted
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
}
