using System.Text;

namespace Clik2pay.Sidecar.Redis;

/// <summary>A reply of Redis.</summary>
/// <param name="Kind">Which of the others has a value.</param>
/// <param name="Bytes">Of a text, or of an error.</param>
/// <param name="Integer">Of an integer.</param>
/// <param name="Items">Of an array.</param>
internal readonly record struct RespReply(RespKind Kind, byte[]? Bytes = null, long Integer = 0, IReadOnlyList<RespReply>? Items = null)
{
    public static readonly RespReply Null = new(RespKind.Null);

    /// <summary>The text, or the error's message.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes ?? []);

    /// <summary>What a reply holds may be a secret.</summary>
    public override string ToString() => $"reply of kind {Kind}";
}
