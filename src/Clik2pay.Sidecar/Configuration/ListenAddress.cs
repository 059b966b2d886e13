using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>An address to listen on: <c>http://127.0.0.1:8080</c>, <c>http://*:9090</c> or <c>http://unix:/run/sidecar.sock</c>.</summary>
internal sealed record ListenAddress(EndPoint EndPoint, bool IsLocal)
{
    public static ListenAddress Loopback(int port) => new(new IPEndPoint(IPAddress.Loopback, port), IsLocal: true);

    /// <returns>Null when the text is no such address. TLS is not offered: the way to it is inside one machine.</returns>
    public static ListenAddress? TryParse(string? text)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(text ?? "");
            if (address is { IsUnixPipe: true, Scheme: "http" })
                return new(new UnixDomainSocketEndPoint(address.UnixPipePath), IsLocal: true);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // Not of the form, or a path longer than the system's 107 characters.
            return null;
        }

        // Without a port the parser would take 80.
        var hasPort = text!.TrimEnd('/').Split(':') is [_, _, .., var port] && port.All(char.IsAsciiDigit);
        if (address.Scheme != "http" || !hasPort || address.PathBase.Length > 0 || address.Port is < 0 or > IPEndPoint.MaxPort)
            return null;

        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return Loopback(address.Port);

        if (address.Host is "*" or "+")
            return new(new IPEndPoint(IPAddress.IPv6Any, address.Port), IsLocal: false);

        return IPAddress.TryParse(address.Host, out var ip)
            ? new(new IPEndPoint(ip, address.Port), IPAddress.IsLoopback(ip))
            : null;
    }

    /// <summary>Whether a call of this address ends here.</summary>
    public bool Serves(Uri address) => EndPoint is IPEndPoint { Port: not 0 and var port } && address.IsLoopback && address.Port == port;

    public override string ToString() => EndPoint switch
    {
        IPEndPoint { Address: var ip, Port: var port } when ip.Equals(IPAddress.IPv6Any) => $"http://*:{port}",
        IPEndPoint ip => $"http://{ip}",
        _ => $"http://unix:{EndPoint}",
    };
}
