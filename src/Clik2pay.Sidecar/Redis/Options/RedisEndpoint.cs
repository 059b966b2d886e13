using System.Buffers;
using System.Net;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>The host and port of a Redis server or a Sentinel.</summary>
/// <param name="Host">A name or an address; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record RedisEndpoint(string Host, int Port)
{
    public const int DefaultPort = 6379;

    /// <summary>The longest possible name (RFC 1035, section 2.3.4).</summary>
    private const int MaxHostLength = 255;

    /// <summary>Allowed in names and addresses. The platform's own check accepts any character in the zone of an IPv6 address.</summary>
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:%");

    /// <summary>Whether the host is an IP address. Messages quote no name that Redis reports, because a name can be any text.</summary>
    public bool IsAddress => !Host.Contains('%') && IPAddress.TryParse(Host, out _);

    /// <returns>Null if the host or the port is not valid.</returns>
    public static RedisEndpoint? TryCreate(string host, int port) =>
        host.Length <= MaxHostLength && host.AsSpan().IndexOfAnyExcept(Allowed) < 0
            && Uri.CheckHostName(host) != UriHostNameType.Unknown && port is >= 1 and <= IPEndPoint.MaxPort
                ? new(host, port)
                : null;

    /// <returns>Null if the address is not valid.</returns>
    public static RedisEndpoint? TryCreate(EndPoint? endpoint) => endpoint switch
    {
        DnsEndPoint name => TryCreate(name.Host, name.Port),
        IPEndPoint address => TryCreate($"{address.Address}", address.Port),
        _ => null,
    };

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
