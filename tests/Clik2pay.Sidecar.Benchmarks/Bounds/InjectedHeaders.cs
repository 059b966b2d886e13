using System.Text;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>The headers that the bounds set, with static values of the same length as in the sidecar.</summary>
internal static class InjectedHeaders
{
    public const string ApiKeyName = "x-api-key";
    public const string ApiKey = "k";
    public const string AuthorizationName = "Authorization";

    public static readonly string Authorization = $"Bearer {new string('t', 1000)}";

    /// <summary>Both headers as lines of a request, followed by the empty line.</summary>
    public static readonly string EndOfHead = $"{ApiKeyName}: {ApiKey}\r\n{AuthorizationName}: {Authorization}\r\n\r\n";

    private static readonly byte[] EncodedEndOfHead = Encoding.ASCII.GetBytes(EndOfHead);

    /// <inheritdoc cref="EndOfHead"/>
    public static ReadOnlySpan<byte> EndOfHeadBytes => EncodedEndOfHead;

    /// <summary>Whether a header is left out, because it is replaced or applies to one connection only.</summary>
    public static bool IsSkipped(string name) =>
        name.Equals(AuthorizationName, StringComparison.OrdinalIgnoreCase)
        || name.Equals(ApiKeyName, StringComparison.OrdinalIgnoreCase)
        || name.Equals("Connection", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc cref="IsSkipped(string)"/>
    public static bool IsSkipped(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "authorization"u8)
        || Ascii.EqualsIgnoreCase(name, "x-api-key"u8)
        || Ascii.EqualsIgnoreCase(name, "connection"u8);
}
