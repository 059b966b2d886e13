using System.Security.Cryptography;
using System.Text;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Encrypts values for Redis with AES-256-GCM (NIST SP 800-38D), with the name of the Redis key as associated data. A reader of Redis
/// learns only the length of a value. A value that was changed, or copied to another key, does not open. The format is version (1 byte),
/// nonce (12), tag (16), ciphertext.
/// </summary>
internal static class SealedValue
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>The number of bytes that sealing adds to a value.</summary>
    public const int Overhead = 1 + NonceLength + TagLength;

    /// <param name="value">The value to encrypt.</param>
    /// <param name="sealingKey">256 bits.</param>
    /// <param name="name">The name of the Redis key.</param>
    public static byte[] Seal(ReadOnlySpan<byte> value, byte[] sealingKey, string name)
    {
        var sealedValue = new byte[Overhead + value.Length];
        sealedValue[0] = Version;
        var nonce = sealedValue.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);

        using var aes = new AesGcm(sealingKey, TagLength);
        var tag = sealedValue.AsSpan(1 + NonceLength, TagLength);
        aes.Encrypt(nonce, value, sealedValue.AsSpan(Overhead), tag, Encoding.UTF8.GetBytes(name));
        return sealedValue;
    }

    /// <returns>The value, or null if it was not sealed with this key for this name.</returns>
    public static byte[]? TryOpen(ReadOnlySpan<byte> sealedValue, byte[] sealingKey, string name)
    {
        if (sealedValue.Length < Overhead || sealedValue[0] != Version)
            return null;

        var value = new byte[sealedValue.Length - Overhead];
        try
        {
            using var aes = new AesGcm(sealingKey, TagLength);
            var nonce = sealedValue.Slice(1, NonceLength);
            var tag = sealedValue.Slice(1 + NonceLength, TagLength);
            aes.Decrypt(nonce, sealedValue[Overhead..], tag, value, Encoding.UTF8.GetBytes(name));
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
