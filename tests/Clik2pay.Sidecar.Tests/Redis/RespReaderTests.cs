using System.Text;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.Tests.Redis;

/// <summary>Replies as the protocol's description has them, and what is none.</summary>
public sealed class RespReaderTests
{
    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("$5\r\nhello\r\n", "hello")]
    [InlineData("$0\r\n\r\n", "")]
    [InlineData("$7\r\na\r\nb\r\nc\r\n", "a\r\nb\r\nc")]
    [InlineData("=7\r\ntxt:abc\r\n", "txt:abc")]
    [InlineData(",1.23\r\n", "1.23")]
    [InlineData("(3492890328409238509324850943850943825024385\r\n", "3492890328409238509324850943850943825024385")]
    [InlineData("-ERR no\r\n", "!ERR no")]
    [InlineData("!6\r\nERR no\r\n", "!ERR no")]
    [InlineData(":-42\r\n", "-42")]
    [InlineData(":9223372036854775807\r\n", "9223372036854775807")]
    [InlineData("#t\r\n", "1")]
    [InlineData("#f\r\n", "0")]
    [InlineData("_\r\n", "null")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*2\r\n:1\r\n*1\r\n$1\r\na\r\n", "[1 [a]]")]
    [InlineData("~2\r\n+a\r\n+b\r\n", "[a b]")]
    [InlineData("%1\r\n+k\r\n:1\r\n", "[k 1]")]
    [InlineData("|1\r\n+ttl\r\n:3600\r\n+value\r\n", "value")]
    [InlineData(">2\r\n+message\r\n+x\r\n+reply\r\n", "reply")]
    public async Task Every_type_of_both_protocols_is_read(string bytes, string reply)
    {
        Assert.Equal(reply, Show(await ReadAsync(bytes)));
        Assert.Equal(reply, Show(await ReadAsync(bytes, oneByOne: true)));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("OK\r\n")]
    [InlineData("+a\nb\r\n")]
    [InlineData("+a\rb\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":1.5\r\n")]
    [InlineData(":1 \r\n")]
    [InlineData(":99999999999999999999\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$1\r\nab\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("*-9223372036854775808\r\n")]
    [InlineData("%9223372036854775807\r\n")]
    [InlineData("|4611686018427387904\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    [InlineData("|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n|0\r\n:1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    public async Task What_is_no_reply_is_refused(string bytes) =>
        Assert.Equal(RedisFailure.InvalidReply, (await Assert.ThrowsAsync<RedisException>(() => ReadAsync(bytes))).Failure);

    [Theory]
    [InlineData("$65537\r\n")]
    [InlineData("$9223372036854775807\r\n")]
    [InlineData("*70000\r\n")]
    public async Task What_is_announced_as_too_large_is_refused_before_it_comes(string bytes) =>
        Assert.Equal(RedisFailure.InvalidReply, (await Assert.ThrowsAsync<RedisException>(() => ReadAsync(bytes))).Failure);

    [Fact]
    public async Task What_grows_too_large_is_refused()
    {
        await Assert.ThrowsAsync<RedisException>(() => ReadAsync("+" + new string('a', RespReader.MaxReplyLength)));
        await Assert.ThrowsAsync<RedisException>(() => ReadAsync("*60000\r\n" + string.Concat(Enumerable.Repeat("+a\r\n", 60000))));
        await Assert.ThrowsAsync<RedisException>(() => ReadAsync(string.Concat(Enumerable.Repeat(">0\r\n", 60000))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+OK")]
    [InlineData("+OK\r")]
    [InlineData("$5\r\nhel")]
    [InlineData("*2\r\n+a\r\n")]
    public async Task What_ends_too_soon_is_the_end_of_a_connection(string bytes) => await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(bytes));

    private static async Task<RespReply> ReadAsync(string bytes, bool oneByOne = false)
    {
        await using Stream stream = oneByOne ? new OneByOneStream(Encoding.Latin1.GetBytes(bytes)) : new MemoryStream(Encoding.Latin1.GetBytes(bytes));
        return await new RespReader(stream).ReadAsync(TestContext.Current.CancellationToken);
    }

    private static string Show(RespReply reply) => reply.Kind switch
    {
        RespKind.Null => "null",
        RespKind.Error => "!" + reply.Text,
        RespKind.Integer => reply.Integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
        RespKind.Array => $"[{string.Join(' ', reply.Items!.Select(Show))}]",
        _ => reply.Text,
    };

    private sealed class OneByOneStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
