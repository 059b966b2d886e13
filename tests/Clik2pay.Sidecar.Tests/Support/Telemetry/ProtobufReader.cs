using System.Buffers.Binary;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>
/// The fields of a message in protobuf's wire format (https://protobuf.dev/programming-guides/encoding/): number and bytes, or number and
/// value.
/// </summary>
internal sealed class ProtobufReader
{
    private readonly List<(int Number, ReadOnlyMemory<byte> Bytes, ulong Value)> fields = [];

    public ProtobufReader(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var key = ReadVarint(ref message);
            var (number, value, bytes) = ((int)(key >> 3), 0UL, ReadOnlyMemory<byte>.Empty);
            switch (key & 7)
            {
                case 0:
                    value = ReadVarint(ref message);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(message.Span);
                    message = message[8..];
                    break;
                case 2:
                    var length = (int)ReadVarint(ref message);
                    (bytes, message) = (message[..length], message[length..]);
                    break;
                case 5:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(message.Span);
                    message = message[4..];
                    break;
                default:
                    throw new InvalidDataException($"{key & 7} is not a wire type.");
            }

            fields.Add((number, bytes, value));
        }
    }

    public IEnumerable<ProtobufReader> Messages(int number) =>
        fields.Where(field => field.Number == number).Select(field => new ProtobufReader(field.Bytes));

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).Span);

    public ulong Value(int number) => fields.LastOrDefault(field => field.Number == number).Value;

    public bool Has(int number) => fields.Exists(field => field.Number == number);

    private ReadOnlyMemory<byte> Bytes(int number) => fields.LastOrDefault(field => field.Number == number).Bytes;

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> message)
    {
        var value = 0UL;
        for (var i = 0; ; i++)
        {
            var next = message.Span[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next >= 0x80)
                continue;

            message = message[(i + 1)..];
            return value;
        }
    }
}
