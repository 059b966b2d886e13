using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>
/// Reads the body of a 200 response of the token endpoint (RFC 6749, section 5.1). A body without a usable token is a failure of the kind
/// <see cref="FailureKind.InvalidResponse"/>.
/// </summary>
internal static class TokenSuccessReader
{
    /// <summary>Used if the response has no plausible lifetime: the hour that the provider documents.</summary>
    public static readonly TimeSpan AssumedLifetime = TimeSpan.FromHours(1);

    /// <summary>The longest plausible lifetime.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(30);

    /// <summary>The characters of a bearer token, without the padding at its end (RFC 6750, section 2.1): no space, no line end.</summary>
    private static readonly SearchValues<char> BearerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    /// <param name="body">The JSON, without a byte order mark.</param>
    /// <param name="age">How long ago the server generated the response. The lifetime in the response counts from that moment.</param>
    /// <param name="serverTime">The server's time now, to compare with the expiry in a JWT; null if it is unknown or implausible.</param>
    /// <param name="tokenEndpoint">The address that the reason of a failure names.</param>
    public static TokenEndpointResult Read(ReadOnlyMemory<byte> body, TimeSpan age, DateTimeOffset? serverTime, Uri tokenEndpoint)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement, age, serverTime, Invalid);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not Unicode.
            return Invalid(body.IsEmpty ? "an empty body" : "a body that is not JSON");
        }

        TokenFailure Invalid(string what) =>
            new(FailureKind.InvalidResponse, $"the token endpoint {tokenEndpoint} responded with 200 and {what}");
    }

    private static TokenEndpointResult Read(
        JsonElement response, TimeSpan age, DateTimeOffset? serverTime, Func<string, TokenFailure> invalid)
    {
        if (response.ValueKind != JsonValueKind.Object)
            return invalid("JSON that is not an object");

        if (GetText(response, "access_token") is not { Length: > 0 } value)
            return invalid("no access_token");

        if (value.Length > AccessToken.MaxLength)
            return invalid($"an access_token longer than {AccessToken.MaxLength / 1024} KiB");

        if (value.AsSpan().TrimEnd('=') is not { Length: > 0 } characters || characters.ContainsAnyExcept(BearerCharacters))
            return invalid("an access_token with characters that no bearer token has");

        if (!string.Equals(GetText(response, "token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
            return invalid("a token_type that is not Bearer");

        if (GetExpiresIn(response) is not { } expiresIn)
            return invalid("an expires_in that isn't a valid number of seconds");

        // A response from a cache repeats an old expires_in. The expiry in the token stays correct.
        var lifetime = ComputeLifetime(expiresIn, JwtExpiry.Read(value) - serverTime, age);

        // A token that expires within a second cannot be used. The caller of this method handles that case, because some providers return a
        // cached token until it expires.
        return TokenEndpointResult.Issued(value, lifetime < TimeSpan.FromSeconds(1) ? TimeSpan.Zero : lifetime);
    }

    /// <param name="expiresIn">The lifetime when the server generated the response.</param>
    /// <param name="untilExpiry">The remaining lifetime by the expiry in the token; null if it is unknown.</param>
    /// <param name="age">How long ago the server generated the response.</param>
    private static TimeSpan ComputeLifetime(TimeSpan expiresIn, TimeSpan? untilExpiry, TimeSpan age)
    {
        // A number above the longest lifetime, for instance one in milliseconds, is replaced. No replacement is needed if the token has a
        // plausible expiry, because that expiry then limits the lifetime.
        if (expiresIn > LongestLifetime && !(untilExpiry <= LongestLifetime))
            expiresIn = AssumedLifetime;

        var lifetime = expiresIn - age;
        return untilExpiry < lifetime ? untilExpiry.Value : lifetime;
    }

    private static string? GetText(JsonElement response, string name) =>
        response.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;

    /// <summary>
    /// Reads a number or a numeric string. Returns the assumed lifetime if the property is absent or null, the maximum for a number above
    /// the longest lifetime, and null for anything else.
    /// </summary>
    private static TimeSpan? GetExpiresIn(JsonElement response)
    {
        if (!response.TryGetProperty("expires_in", out var property) || property.ValueKind == JsonValueKind.Null)
            return AssumedLifetime;

        var seconds = property.ValueKind switch
        {
            JsonValueKind.Number when property.TryGetDouble(out var number) => number,
            JsonValueKind.String when TryParse(property.GetString(), out var number) => number,
            _ => double.NaN,
        };
        return seconds > LongestLifetime.TotalSeconds ? TimeSpan.MaxValue : seconds >= 0 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static bool TryParse(string? text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
