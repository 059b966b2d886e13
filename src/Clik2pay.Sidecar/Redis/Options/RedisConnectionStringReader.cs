namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>
/// Reads a connection string. It is a list (<c>host:port[,host:port…][,option=value…]</c>) or an address (<c>redis://…</c>).
/// It can contain a secret, so an error quotes only names of options.
/// </summary>
internal static class RedisConnectionStringReader
{
    /// <returns>The options, or null and an error.</returns>
    public static RedisOptions? TryRead(string text, out string? error) =>
        IsAddress(text) ? RedisAddressReader.TryRead(text, out error) : RedisHostListReader.TryRead(text, out error);

    public static bool IsAddress(string text) =>
        text.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase);
}
