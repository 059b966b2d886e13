using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>Reads replies without conversions. A reply of an unexpected type is read as null.</summary>
internal static class RedisResults
{
    extension(RedisResult result)
    {
        public long? Integer => result.Resp2Type == ResultType.Integer ? (long)result : null;

        public byte[]? Bytes => result.Resp2Type is ResultType.BulkString or ResultType.SimpleString ? (byte[]?)result : null;

        public string? Text => result.Resp2Type is ResultType.BulkString or ResultType.SimpleString ? (string?)result : null;

        public RedisResult[]? Items => result.Resp2Type == ResultType.Array ? (RedisResult[]?)result : null;
    }
}
