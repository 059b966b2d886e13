using System.Buffers.Text;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>Reads the expiry in a token that is a JWT. The signature is not verified, because only the provider can verify it.</summary>
internal static class JwtExpiry
{
    /// <summary>Reads the claim <c>exp</c>, without its fraction of a second (RFC 7519, section 4.1.4).</summary>
    /// <returns>Null if the token isn't a JWT or has no valid expiry.</returns>
    public static DateTimeOffset? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
            return null;

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.RootElement.ValueKind == JsonValueKind.Object
                && claims.RootElement.TryGetProperty("exp", out var exp)
                && exp.ValueKind == JsonValueKind.Number
                && exp.TryGetDouble(out var seconds)
                && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                    ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not Unicode.
            return null;
        }
    }
}
