using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>
/// Reads a response of the token endpoint with a status other than 200 (RFC 6749, section 5.2, and the errors of AWS Cognito). The reason
/// of the failure contains no text of the response except the error codes that are listed here.
/// </summary>
internal static class TokenErrorReader
{
    public static TokenFailure Read(HttpStatusCode status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter, Clik2payOptions options)
    {
        var endpoint = $"the token endpoint {options.TokenEndpoint}";
        var error = GetError(body);

        if (status == HttpStatusCode.TooManyRequests || IsThrottling(error))
            return new(FailureKind.Throttled, $"{endpoint} limits the rate of token calls ({(int)status})", retryAfter);

        return status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                when Refusal(error, options) is { } refusal =>
                new(FailureKind.Refused, $"{endpoint} {refusal}"),
            HttpStatusCode.Unauthorized =>
                new(
                    FailureKind.Refused,
                    $"{endpoint} responded with 401 without an OAuth error; check that it is the right address, "
                        + $"and {SameEnvironment(options)}"),
            >= HttpStatusCode.InternalServerError =>
                new(FailureKind.Unavailable, $"{endpoint} responded with {(int)status}", retryAfter),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
                new(
                    FailureKind.InvalidResponse,
                    $"{endpoint} responded with {(int)status}: redirects are not followed with credentials"),
            _ =>
                new(
                    FailureKind.InvalidResponse,
                    $"{endpoint} responded with {(int)status}, which isn't a valid token response; check that it is the right address"),
        };
    }

    /// <summary>What was refused and what to check; null if the code is not a refusal.</summary>
    private static string? Refusal(string? error, Clik2payOptions options) => error switch
    {
        "invalid_client" or "unauthorized_client" or "access_denied" =>
            $"refused the username or the password ({error}); check {SameEnvironment(options)}",
        "invalid_scope" =>
            $"refused the scope ({error}); check that {options.KeyOf("Scope")} is the one that the provider named",
        "invalid_grant" or "unsupported_grant_type" or "invalid_request" =>
            $"refused the request ({error}); check with the provider that these credentials may use the client credentials grant",
        _ => null,
    };

    /// <summary>What to check first. A credential does not show which environment it was issued for.</summary>
    private static string SameEnvironment(Clik2payOptions options) =>
        $"that the credentials were issued for {options.KeyOf("Environment")}={options.Environment}"
            + (options.Environment == Clik2payEnvironment.Custom ? " with this token endpoint" : "")
            + ": they are unique to each environment";

    private static bool IsThrottling(string? error) => error is not null
        && (error.Contains("throttl", StringComparison.OrdinalIgnoreCase)
            || error.Contains("TooManyRequests", StringComparison.OrdinalIgnoreCase)
            || error is "slow_down" or "too_many_requests" or "rate_limit_exceeded");

    /// <summary>The error code: <c>error</c> in OAuth responses, <c>__type</c> in responses of AWS.</summary>
    private static string? GetError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return null;

            return root.TryGetProperty("error", out var error) || root.TryGetProperty("__type", out error)
                ? error.ValueKind == JsonValueKind.String ? error.GetString() : null
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not Unicode.
            return null;
        }
    }
}
