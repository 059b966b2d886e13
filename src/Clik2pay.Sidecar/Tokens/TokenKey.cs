using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Under which key replicas share a token: the environment and a fingerprint of all that a token depends on. Replicas with other
/// credentials, another scope or another environment can never pick it up, and a fetch that ends after a rotation writes under the old key.
/// </summary>
internal sealed record TokenKey(string Value)
{
    /// <summary>The fingerprint is keyed with the password (HMAC-SHA-256), so it tells nothing about the user to whoever sees the key.</summary>
    public static TokenKey For(Clik2payOptions options)
    {
        var parts = new[] { options.TokenEndpoint.AbsoluteUri, options.Credentials.Username, options.Scope };

        // Each part goes with its length: no two different sets of parts make the same text.
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part};"));
        var fingerprint = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Credentials.Password), Encoding.UTF8.GetBytes(text));

        return new($"{options.Environment}:{Convert.ToHexStringLower(fingerprint.AsSpan(0, 16))}");
    }

    public override string ToString() => Value;
}
