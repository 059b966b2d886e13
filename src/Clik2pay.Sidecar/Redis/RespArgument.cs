using System.Globalization;
using System.Text;

namespace Clik2pay.Sidecar.Redis;

/// <summary>A word of a command: a text, a number, or bytes as they are.</summary>
internal readonly record struct RespArgument(ReadOnlyMemory<byte> Bytes)
{
    public static implicit operator RespArgument(string text) => new(Encoding.UTF8.GetBytes(text));

    public static implicit operator RespArgument(byte[] bytes) => new(bytes);

    public static implicit operator RespArgument(long number) => number.ToString(CultureInfo.InvariantCulture);
}
