using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Reads the body of a 200 of the token endpoint (RFC 6749, section 5.1). Whatever cannot be used as it stands is an
/// <see cref="RefreshOutcome.InvalidResponse"/>: a failed attempt like any other, never a token.
/// </summary>
internal static class TokenSuccessReader
{
    /// <summary>Taken when the answer does not say how long the token lives: the provider's documented hour.</summary>
    public static readonly TimeSpan AssumedLifetime = TimeSpan.FromHours(1);

    /// <summary>The longest life that is believed.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(30);

    /// <summary>The characters of a bearer token but for the padding at its end (RFC 6750, section 2.1): no space, no line end.</summary>
    private static readonly SearchValues<char> BearerCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    public static TokenAnswer Read(ReadOnlyMemory<byte> body, DateTimeOffset? answeredAt, Uri tokenEndpoint)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement, answeredAt, Invalid);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a text that is not Unicode.
            return Invalid(body.IsEmpty ? "an empty body" : "a body that is not JSON");
        }

        TokenFailure Invalid(string what) =>
            new(RefreshOutcome.InvalidResponse, $"the token endpoint {tokenEndpoint} answered 200 with {what}");
    }

    private static TokenAnswer Read(JsonElement answer, DateTimeOffset? answeredAt, Func<string, TokenFailure> invalid)
    {
        if (answer.ValueKind != JsonValueKind.Object)
            return invalid("JSON that is not an object");

        if (GetText(answer, "access_token") is not { Length: > 0 } value)
            return invalid("no access_token");

        if (value.AsSpan().TrimEnd('=') is not { Length: > 0 } characters || characters.ContainsAnyExcept(BearerCharacters))
            return invalid("an access_token with characters that no bearer token has");

        if (!string.Equals(GetText(answer, "token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
            return invalid("a token_type that is not Bearer");

        if (GetLifetime(answer) is not { } lifetime)
            return invalid("an expires_in that is no number of seconds between 1 and 30 days");

        // A token server behind a cache repeats an old expires_in; the token's own expiry, measured on the server's own clock, does not lie.
        if (answeredAt is not null && JwtExpiry.Read(value) is { } expiry && expiry - answeredAt.Value < lifetime)
            lifetime = expiry - answeredAt.Value;

        return lifetime > TimeSpan.Zero ? new IssuedToken(value, lifetime) : invalid("a token that has already expired");
    }

    private static string? GetText(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;

    /// <summary>A number or a numeric string; absent, the assumed life; null for anything else.</summary>
    private static TimeSpan? GetLifetime(JsonElement answer)
    {
        if (!answer.TryGetProperty("expires_in", out var property) || property.ValueKind == JsonValueKind.Null)
            return AssumedLifetime;

        var seconds = property.ValueKind switch
        {
            JsonValueKind.Number when property.TryGetDouble(out var number) => number,
            JsonValueKind.String when double.TryParse(property.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => double.NaN,
        };
        return seconds >= 1 && seconds <= LongestLifetime.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
