using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>
/// The text that a caller gets instead of an access token. It is derived from the caller's token, so it identifies the caller without any
/// state, and becomes invalid together with that token.
/// </summary>
internal static class Placeholder
{
    /// <summary>A recognizable beginning. If no callers are defined, this is the whole placeholder, and nobody checks it.</summary>
    public const string Prefix = "clik2pay-sidecar-placeholder";

    private const string Scheme = "Bearer ";

    /// <param name="token">The caller token.</param>
    /// <returns>The placeholder, in characters of a bearer token (RFC 6750, section 2.1).</returns>
    public static string Derive(string token)
    {
        var code = HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "clik2pay-sidecar placeholder of a caller token"u8);
        return $"{Prefix}-{Base64Url.EncodeToString(code)}";
    }

    /// <summary>Whether a caller's Authorization header has a bearer token, which may be a placeholder.</summary>
    public static bool HasBearerToken(StringValues authorization)
    {
        foreach (var value in authorization)
        {
            if (value?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true)
                return true;
        }

        return false;
    }

    /// <summary>Finds the placeholder in a caller's Authorization header. Any other content of the header is ignored.</summary>
    /// <param name="authorization">The values of the header.</param>
    /// <param name="placeholder">The placeholder. Empty if the header has other values too, so that it identifies nobody.</param>
    /// <returns>Whether there is a placeholder, valid or not.</returns>
    public static bool TryFind(StringValues authorization, out ReadOnlySpan<char> placeholder)
    {
        placeholder = default;
        for (var i = 0; i < authorization.Count; i++)
        {
            var value = authorization[i].AsSpan();
            if (!value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                continue;

            var found = value[Scheme.Length..].Trim();
            if (!found.StartsWith(Prefix, StringComparison.Ordinal))
                continue;

            placeholder = authorization.Count == 1 ? found : default;
            return true;
        }

        return false;
    }
}
