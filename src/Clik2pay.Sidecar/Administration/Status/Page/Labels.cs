using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The words of the page for the names in metrics and JSON.</summary>
internal static class Labels
{
    public static string Of(RefreshTrigger trigger) => trigger switch
    {
        RefreshTrigger.Startup => "Startup",
        RefreshTrigger.Scheduled => "Scheduled refresh",
        RefreshTrigger.Expired => "Request without a valid token",
        RefreshTrigger.Unauthorized => "Token rejected with 401",
        RefreshTrigger.Rotation => "New credentials",
        RefreshTrigger.ClockChange => "Clock change",
        RefreshTrigger.Operator => "Requested by an operator",
        _ => $"{trigger}",
    };

    public static string Of(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Success => "Success",
        RefreshOutcome.Adopted => "Adopted from another replica",
        RefreshOutcome.Rejected => "Credentials refused",
        RefreshOutcome.Throttled => "Too many token calls",
        RefreshOutcome.Unavailable => "Token endpoint unavailable",
        RefreshOutcome.InvalidResponse => "Invalid token response",
        RefreshOutcome.Deferred => "Deferred, Redis unavailable",
        _ => $"{outcome}",
    };

    public static string Of(LeaseOutcome outcome) => outcome switch
    {
        LeaseOutcome.Acquired => "Acquired",
        LeaseOutcome.Contended => "Owned by another replica",
        LeaseOutcome.HeldOff => "Waiting after another replica's failure",
        LeaseOutcome.Lost => "Expired before its release",
        LeaseOutcome.Unavailable => "Unavailable",
        _ => $"{outcome}",
    };

    /// <param name="failure">The kind of failure of the shared store.</param>
    public static string OfStoreFailure(string failure) => failure switch
    {
        "unreachable" => "Redis is unreachable",
        "timeout" => "Redis did not reply in time",
        "tls_failed" => "The TLS connection to Redis failed",
        "access_denied" => "Redis denied access",
        "not_ready" => "Redis is not ready",
        "invalid_reply" => "Redis sent an invalid reply",
        _ => failure,
    };

    /// <param name="kind">A class of Clik2pay's responses, or an error code of the sidecar.</param>
    public static string OfResponses(string kind) => kind switch
    {
        "upstream_2xx" => "Clik2pay: success (2xx)",
        "upstream_3xx" => "Clik2pay: redirect (3xx)",
        "upstream_4xx" => "Clik2pay: request error (4xx)",
        "upstream_5xx" => "Clik2pay: server error (5xx)",
        "upstream_other" => "Clik2pay: other status",
        "token_unavailable" => "Sidecar: no access token",
        "credentials_refused" => "Sidecar: credentials refused",
        "upstream_unreachable" => "Sidecar: connection to Clik2pay failed",
        "upstream_timeout" => "Sidecar: no response from Clik2pay in time",
        "no_route" => "Sidecar: no route for the path",
        "caller_refused" => "Sidecar: caller refused",
        "operation_not_allowed" => "Sidecar: operation not allowed",
        "merchant_transaction_id_required" => "Sidecar: merchantTransactionId required",
        "bad_request" => "Sidecar: invalid request",
        "shutting_down" => "Sidecar: shutting down",
        "internal_error" => "Sidecar: internal error",
        _ => kind,
    };
}
