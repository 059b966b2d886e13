using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// The key under which replicas share a token: the environment and a fingerprint of everything that a token depends on. Replicas with other
/// credentials, another scope or another environment can't adopt it. During a rotation, replicas with the old and with the new credentials
/// use different keys.
/// </summary>
/// <param name="Value">The key: the environment, a colon, and the fingerprint in hexadecimal.</param>
/// <param name="Credentials">The credentials that the token is issued for. The token is sent with their API key.</param>
/// <param name="SealingKey">Encrypts the values that are shared under the key. 256 bits, derived from the credentials. A secret.</param>
internal sealed record TokenKey(string Value, CredentialSet Credentials, byte[] SealingKey)
{
    /// <summary>The length of a token's fingerprint (<see cref="FingerprintOf"/>), in characters.</summary>
    public const int FingerprintLength = 32;

    /// <summary>
    /// The fingerprint in the key is computed with the password (HMAC-SHA-256), so it reveals nothing about the username. The sealing key
    /// is derived from the password (HKDF-SHA-256, RFC 5869), so replicas need no other shared secret.
    /// </summary>
    public static TokenKey For(Clik2payOptions options)
    {
        var parts = new[] { options.TokenEndpoint.AbsoluteUri, options.Credentials.Username, options.Scope };
        var password = Encoding.UTF8.GetBytes(options.Credentials.Password);

        // The length of each part ensures that different parts never have the same text.
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part};"));
        var fingerprint = HMACSHA256.HashData(password, Encoding.UTF8.GetBytes(text));
        var value = $"{options.Environment}:{Convert.ToHexStringLower(fingerprint.AsSpan(0, 16))}";

        var salt = Encoding.UTF8.GetBytes(value);
        var sealingKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, password, 32, salt, "clik2pay-sidecar shared token"u8.ToArray());
        return new(value, options.Credentials, sealingKey);
    }

    /// <summary>
    /// A name for a token: 128 bits of HMAC-SHA-256, in hexadecimal. The name reveals nothing about the token, and cannot be forged without
    /// the credentials.
    /// </summary>
    public string FingerprintOf(TokenIdentity token)
    {
        var hash = HMACSHA256.HashData(SealingKey, Encoding.UTF8.GetBytes($"token:{token.Value}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, FingerprintLength / 2));
    }

    public bool Equals(TokenKey? other) => string.Equals(other?.Value, Value, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    public override string ToString() => Value;
}
