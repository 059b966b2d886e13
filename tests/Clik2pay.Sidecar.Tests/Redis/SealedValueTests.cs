using System.Security.Cryptography;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.Tests.Redis;

public sealed class SealedValueTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] Value = [1, 2, 3];

    [Fact]
    public void A_sealed_value_opens_with_the_same_key_and_name() =>
        Assert.Equal(Value, SealedValue.TryOpen(SealedValue.Seal(Value, Key, "name"), Key, "name"));

    [Fact]
    public void A_sealed_value_does_not_open_with_another_key_or_name()
    {
        var sealedValue = SealedValue.Seal(Value, Key, "name");

        Assert.Null(SealedValue.TryOpen(sealedValue, RandomNumberGenerator.GetBytes(32), "name"));
        Assert.Null(SealedValue.TryOpen(sealedValue, Key, "other"));
    }

    [Fact]
    public void A_sealed_value_with_a_changed_bit_or_missing_bytes_does_not_open()
    {
        var sealedValue = SealedValue.Seal(Value, Key, "name");

        for (var bit = 0; bit < sealedValue.Length * 8; bit++)
        {
            var changed = sealedValue.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SealedValue.TryOpen(changed, Key, "name"));
        }

        for (var length = 0; length < sealedValue.Length; length++)
            Assert.Null(SealedValue.TryOpen(sealedValue.AsSpan(0, length), Key, "name"));
    }

    [Fact]
    public void The_same_value_sealed_twice_differs() =>
        Assert.NotEqual(SealedValue.Seal(Value, Key, "name"), SealedValue.Seal(Value, Key, "name"));
}
