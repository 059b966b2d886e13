namespace Clik2pay.Sidecar.Configuration;

/// <summary>Where a Redis server, or a Sentinel, listens.</summary>
/// <param name="Host">A name or an address; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record RedisEndpoint(string Host, int Port)
{
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
