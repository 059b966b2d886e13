using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>Opens a value from Redis. Only an unchanged sealed value may open.</summary>
internal static class SealedValueParser
{
    private const string Name = "clik2pay:{a}:token";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Value = "access_token_1"u8.ToArray();

    /// <summary>
    /// Sealed values, which the mutator changes. The third has another name and must not open. A corpus file cannot contain them, because
    /// each one has a random nonce.
    /// </summary>
    public static byte[][] Seeds { get; } =
        [SealedValue.Seal(Value, Key, Name), SealedValue.Seal([], Key, Name), SealedValue.Seal(Value, Key, "another name")];

    public static string? Check(byte[] input)
    {
        var opened = SealedValue.TryOpen(input, Key, Name);
        var isOriginal = input.AsSpan().SequenceEqual(Seeds[0]) || input.AsSpan().SequenceEqual(Seeds[1]);
        return opened is not null == isOriginal ? null : isOriginal ? "the original does not open" : "a changed value opens";
    }
}
