using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>
/// The digests of a caller token and of its placeholder (SHA-256). The token itself is not kept. The duration of a comparison is
/// independent of the number of correct characters.
/// </summary>
internal sealed class TokenDigest(string token) : IEquatable<TokenDigest>
{
    /// <summary>The length of a digest in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private readonly byte[] ofToken = Compute(token);
    private readonly byte[] ofPlaceholder = Compute(Placeholder.Derive(token));

    /// <summary>Computes a digest without allocating memory.</summary>
    /// <param name="text">What a caller sent.</param>
    /// <param name="digest">At least <see cref="Length"/> bytes.</param>
    public static void Compute(ReadOnlySpan<char> text, Span<byte> digest)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), digest);
        ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
    }

    public bool MatchesToken(ReadOnlySpan<byte> digest) => CryptographicOperations.FixedTimeEquals(ofToken, digest);

    public bool MatchesPlaceholder(ReadOnlySpan<byte> digest) => CryptographicOperations.FixedTimeEquals(ofPlaceholder, digest);

    /// <summary>Whether both are digests of the same token.</summary>
    public bool Equals(TokenDigest? other) => other is not null && MatchesToken(other.ofToken);

    public override bool Equals(object? obj) => Equals(obj as TokenDigest);

    public override int GetHashCode() => BitConverter.ToInt32(ofToken);

    private static byte[] Compute(string text)
    {
        var digest = new byte[Length];
        Compute(text, digest);
        return digest;
    }
}
