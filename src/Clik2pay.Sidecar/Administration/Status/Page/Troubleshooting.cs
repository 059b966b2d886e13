using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The headings of <c>docs/troubleshooting.md</c> that the status page links to. The sidecar serves them itself.</summary>
internal static class Troubleshooting
{
    public const string TokenUnavailable = "503 token_unavailable";
    public const string CredentialsRefused = "503 credentials_refused";
    public const string ShuttingDown = "503 shutting_down";
    public const string Rotation = "New credentials are not used";
    public const string Redis = "Redis cannot be used";

    /// <summary>The section about a refresh that ended with this outcome. Null if the outcome isn't a failure.</summary>
    public static string? HeadingFor(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Success or RefreshOutcome.Adopted => null,
        RefreshOutcome.Rejected => CredentialsRefused,
        RefreshOutcome.Deferred => Redis,
        _ => TokenUnavailable,
    };

    /// <param name="kind">A class of Clik2pay's responses, or an error code of the sidecar.</param>
    /// <returns>The section about the error. Null if the response isn't an error, or if the caller caused the error.</returns>
    public static string? HeadingForResponses(string kind) => kind switch
    {
        "token_unavailable" => TokenUnavailable,
        "credentials_refused" => CredentialsRefused,
        "upstream_unreachable" => "502 upstream_unreachable",
        "upstream_timeout" => "504 upstream_timeout",
        "upstream_5xx" => "5xx from Clik2pay",
        "no_route" => "404 no_route",
        "caller_refused" => "403 caller_refused",
        "operation_not_allowed" => "403 operation_not_allowed",
        "merchant_transaction_id_required" => "400 merchant_transaction_id_required",
        "bad_request" => "400 bad_request and other refusals",
        "shutting_down" => ShuttingDown,
        "internal_error" => "500 internal_error",
        _ => null,
    };

    /// <summary>The anchor of a heading, as GitHub derives it. The headings have no punctuation.</summary>
    public static string AnchorOf(string heading) => heading.ToLowerInvariant().Replace(' ', '-');
}
