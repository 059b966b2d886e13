using System.Security.Cryptography;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.Tests.Redis;

public sealed class SealedValueTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] Value = [1, 2, 3];

    [Fact]
    public void What_was_sealed_opens_with_the_same_key_and_name() =>
        Assert.Equal(Value, SealedValue.TryOpen(SealedValue.Seal(Value, Key, "name"), Key, "name"));

    [Fact]
    public void It_opens_with_no_other_key_and_under_no_other_name()
    {
        var sealedValue = SealedValue.Seal(Value, Key, "name");

        Assert.Null(SealedValue.TryOpen(sealedValue, RandomNumberGenerator.GetBytes(32), "name"));
        Assert.Null(SealedValue.TryOpen(sealedValue, Key, "other"));
    }

    [Fact]
    public void With_one_bit_changed_or_one_byte_missing_it_does_not_open()
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
    public void The_same_value_is_never_sealed_alike() =>
        Assert.NotEqual(SealedValue.Seal(Value, Key, "name"), SealedValue.Seal(Value, Key, "name"));
}
