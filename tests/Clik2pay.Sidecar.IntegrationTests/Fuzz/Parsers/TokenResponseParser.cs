using System.Net;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>
/// Reads a token response. An accepted token fits into a header and has a plausible lifetime. No message quotes the body.
/// </summary>
internal static class TokenResponseParser
{
    private const string BearerCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

    private static readonly HttpStatusCode[] Statuses =
        [HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.InternalServerError];

    private static readonly Uri Endpoint = new("https://auth.example/oauth2/token");

    private static readonly Clik2payOptions Options = new()
    {
        Environment = Clik2payEnvironment.Custom,
        ApiBaseUrl = new("https://api.example/"),
        TokenEndpoint = Endpoint,
        Credentials = Secrets.Set,
        Scope = "payment_request/all",
        RefreshAt = 0.75,
    };

    public static string? Check(byte[] input)
    {
        var response = TokenSuccessReader.Read(input, TimeSpan.FromSeconds(30), DateTimeOffset.UnixEpoch.AddYears(56), Endpoint);
        if (response.IsSuccess)
        {
            if (response.Value.Length == 0 || response.Value.Any(c => !BearerCharacters.Contains(c, StringComparison.Ordinal)))
                return "a token with characters that aren't valid in a bearer token";

            if (response.Value.Length > AccessToken.MaxLength)
                return "a token longer than the limit";

            if (response.Lifetime < TimeSpan.Zero || response.Lifetime > TokenSuccessReader.LongestLifetime)
                return $"a lifetime of {response.Lifetime}";

            _ = JwtExpiry.Read(response.Value);
        }
        else if (response.Failure is not { Kind: FailureKind.InvalidResponse })
        {
            return "neither a token nor an invalid response";
        }

        foreach (var status in Statuses)
        {
            var failure = TokenErrorReader.Read(status, input, retryAfter: null, Options);
            if (failure.Reason.Any(char.IsControl) || failure.Reason.Length > 500)
                return "a message that quotes the body";
        }

        return null;
    }
}
