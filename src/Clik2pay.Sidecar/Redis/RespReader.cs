using System.Buffers;
using System.Buffers.Text;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Reads replies from a stream, bounded in bytes and in depth, whatever the other side sends: RESP2 and RESP3
/// (https://redis.io/docs/latest/develop/reference/protocol-spec/), without the streamed types that no server sends.
/// </summary>
internal sealed class RespReader(Stream stream)
{
    /// <summary>In bytes, of one reply with all that is in it. A sealed token has some 1.5 kB.</summary>
    public const int MaxReplyLength = 64 * 1024;

    private const int MaxDepth = 8;

    private readonly byte[] buffer = new byte[4096];
    private int start;
    private int end;
    private int budget;

    /// <summary>Whether anything has come so far.</summary>
    public bool HasRead => end > 0;

    /// <exception cref="RedisException">What came is no reply, or is too large.</exception>
    /// <exception cref="IOException">The connection ended before the reply was complete.</exception>
    public async ValueTask<RespReply> ReadAsync(CancellationToken cancellationToken)
    {
        budget = MaxReplyLength;
        while (true)
        {
            // A push message is no answer to anything.
            var (reply, type) = await ReadOneAsync(depth: 0, cancellationToken);
            if (type != '>')
                return reply;
        }
    }

    private async ValueTask<(RespReply Reply, char Type)> ReadOneAsync(int depth, CancellationToken cancellationToken)
    {
        if (depth > MaxDepth)
            throw Malformed();

        var line = await ReadLineAsync(cancellationToken);
        if (line.Length == 0)
            throw Malformed();

        var type = (char)line[0];
        var rest = line.AsMemory(1);
        switch (type)
        {
            case '|':
                // Attributes describe the reply that follows them.
                await ReadItemsAsync(ReadInteger(rest), width: 2, depth, cancellationToken);
                return await ReadOneAsync(depth + 1, cancellationToken);
            case '_':
                return (RespReply.Null, type);
            case '+' or ',' or '(':
                return (new(RespKind.Text, rest.ToArray()), type);
            case '-':
                return (new(RespKind.Error, rest.ToArray()), type);
            case ':':
                return (new(RespKind.Integer, Integer: ReadInteger(rest)), type);
            case '#':
                return (new(RespKind.Integer, Integer: rest.Span is [(byte)'t'] ? 1 : 0), type);
            case '$' or '=' or '!':
                var bytes = await ReadBulkAsync(ReadInteger(rest), cancellationToken);
                return (bytes is null ? RespReply.Null : new(type == '!' ? RespKind.Error : RespKind.Text, bytes), type);
            case '*' or '~' or '>' or '%':
                var items = await ReadItemsAsync(ReadInteger(rest), width: type == '%' ? 2 : 1, depth, cancellationToken);
                return (items is null ? RespReply.Null : new(RespKind.Array, Items: items), type);
            default:
                throw Malformed();
        }
    }

    /// <summary>The list grows with what really comes, not with what was announced.</summary>
    private async ValueTask<List<RespReply>?> ReadItemsAsync(long count, int width, int depth, CancellationToken cancellationToken)
    {
        if (count == -1)
            return null;

        if (count is < 0 or > MaxReplyLength)
            throw Malformed();

        var items = new List<RespReply>();
        while (items.Count < count * width)
            items.Add((await ReadOneAsync(depth + 1, cancellationToken)).Reply);
        return items;
    }

    private async ValueTask<byte[]?> ReadBulkAsync(long length, CancellationToken cancellationToken)
    {
        if (length == -1)
            return null;

        if (length < 0)
            throw Malformed();

        if (length > budget)
            throw TooLarge();

        var bytes = new byte[length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = await ReadByteAsync(cancellationToken);

        if (await ReadByteAsync(cancellationToken) != '\r' || await ReadByteAsync(cancellationToken) != '\n')
            throw Malformed();
        return bytes;
    }

    private async ValueTask<byte[]> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new ArrayBufferWriter<byte>();
        while (true)
        {
            var next = await ReadByteAsync(cancellationToken);
            if (next == '\r')
                break;
            if (next == '\n')
                throw Malformed();
            line.Write([next]);
        }

        return await ReadByteAsync(cancellationToken) == '\n' ? line.WrittenSpan.ToArray() : throw Malformed();
    }

    private ValueTask<byte> ReadByteAsync(CancellationToken cancellationToken)
    {
        if (--budget < 0)
            throw TooLarge();

        return start < end ? ValueTask.FromResult(buffer[start++]) : FillAsync(cancellationToken);
    }

    private async ValueTask<byte> FillAsync(CancellationToken cancellationToken)
    {
        var count = await stream.ReadAsync(buffer, cancellationToken);
        if (count == 0)
            throw new EndOfStreamException();

        (start, end) = (1, count);
        return buffer[0];
    }

    private static long ReadInteger(ReadOnlyMemory<byte> text) =>
        Utf8Parser.TryParse(text.Span, out long number, out var read) && read == text.Length ? number : throw Malformed();

    private static RedisException Malformed() => new(RedisFailure.InvalidReply, "sent what is no reply of Redis; is it another service that listens there?");

    private static RedisException TooLarge() => new(RedisFailure.InvalidReply, $"sent a reply of more than {MaxReplyLength / 1024} KiB");
}
