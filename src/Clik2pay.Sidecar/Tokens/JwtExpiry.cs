using System.Buffers.Text;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>Looks into a token for its own expiry. The token is not verified: that is upstream's business, not the carrier's.</summary>
internal static class JwtExpiry
{
    /// <summary>The claim <c>exp</c> (RFC 7519, section 4.1.4); null when the token is no JWT or does not say.</summary>
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
                && exp.TryGetInt64(out var seconds)
                && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text that is not Unicode.
            return null;
        }
    }
}
