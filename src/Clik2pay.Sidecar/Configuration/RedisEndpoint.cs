using System.Buffers;
using System.Net;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>Where a Redis server, or a Sentinel, listens.</summary>
/// <param name="Host">A name or an address; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record RedisEndpoint(string Host, int Port)
{
    /// <summary>A name cannot be longer (RFC 1035, section 2.3.4).</summary>
    private const int MaxHostLength = 255;

    /// <summary>In a name, an address, and the zone of an IPv6 address, which the platform's own check lets be anything.</summary>
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:%");

    /// <summary>Whether it is told by number, and can be told on as it is: a name from somebody else may be anything.</summary>
    public bool IsAddress => !Host.Contains('%') && IPAddress.TryParse(Host, out _);

    /// <returns>Null when there can be no such host or port.</returns>
    public static RedisEndpoint? TryCreate(string host, int port) =>
        host.Length <= MaxHostLength && host.AsSpan().IndexOfAnyExcept(Allowed) < 0 && Uri.CheckHostName(host) != UriHostNameType.Unknown && port is >= 1 and <= IPEndPoint.MaxPort ? new(host, port) : null;

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
