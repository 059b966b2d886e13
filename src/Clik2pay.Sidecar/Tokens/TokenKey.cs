using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Under which key replicas share a token: the environment and a fingerprint of all that a token depends on. Replicas with other
/// credentials, another scope or another environment can never pick it up, and a fetch that ends after a rotation writes under the old key.
/// </summary>
/// <param name="Value">The key.</param>
/// <param name="Credentials">Whose token it is: what is had under the key is sent with the API key of this set.</param>
internal sealed record TokenKey(string Value, CredentialSet Credentials)
{
    /// <summary>Only who has the credentials has this: 256 bits to seal what is shared under the key. A secret.</summary>
    public byte[] SealingKey { get; private init; } = new byte[32];

    /// <summary>
    /// The fingerprint is keyed with the password (HMAC-SHA-256), so it tells nothing about the user to whoever sees the key; the sealing key
    /// is derived from the password (HKDF-SHA-256, RFC 5869), so replicas need no other secret in common.
    /// </summary>
    public static TokenKey For(Clik2payOptions options)
    {
        var parts = new[] { options.TokenEndpoint.AbsoluteUri, options.Credentials.Username, options.Scope };
        var password = Encoding.UTF8.GetBytes(options.Credentials.Password);

        // Each part goes with its length: no two different sets of parts make the same text.
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part};"));
        var fingerprint = HMACSHA256.HashData(password, Encoding.UTF8.GetBytes(text));
        var value = $"{options.Environment}:{Convert.ToHexStringLower(fingerprint.AsSpan(0, 16))}";

        return new(value, options.Credentials)
        {
            SealingKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, password, outputLength: 32, salt: Encoding.UTF8.GetBytes(value), info: "clik2pay-sidecar shared token"u8.ToArray()),
        };
    }

    public bool Equals(TokenKey? other) => string.Equals(other?.Value, Value, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    public override string ToString() => Value;
}
