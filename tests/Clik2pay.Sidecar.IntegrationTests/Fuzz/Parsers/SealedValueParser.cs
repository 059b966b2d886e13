using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>A value from Redis: only the value that was sealed opens.</summary>
internal static class SealedValueParser
{
    private const string Name = "clik2pay:{a}:token";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Value = "access_token_1"u8.ToArray();

    /// <summary>Values that open, as seeds for those that must not. A nonce is used once, so no file can hold one.</summary>
    public static byte[][] Seeds { get; } =
        [SealedValue.Seal(Value, Key, Name), SealedValue.Seal([], Key, Name), SealedValue.Seal(Value, Key, "another name")];

    public static string? Check(byte[] input)
    {
        var opened = SealedValue.TryOpen(input, Key, Name);
        var isOriginal = input.AsSpan().SequenceEqual(Seeds[0]) || input.AsSpan().SequenceEqual(Seeds[1]);
        return opened is not null == isOriginal ? null : isOriginal ? "the original does not open" : "a changed value opens";
    }
}
