using System.Net;
using System.Net.Sockets;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// An address to listen on: <c>http://127.0.0.1:8080</c>, <c>http://*:9090</c> or <c>http://unix:/run/sidecar.sock</c>.
/// </summary>
/// <param name="EndPoint">The address.</param>
/// <param name="IsLocal">Whether only this machine can connect.</param>
internal sealed record ListenAddress(EndPoint EndPoint, bool IsLocal)
{
    /// <summary>The valid addresses, for errors.</summary>
    public const string Remedy = "Use http://IP:PORT, http://*:PORT or http://unix:/PATH (at most 107 characters).";

    /// <summary>There is no TLS, because the connections of callers are meant to stay inside one machine or pod.</summary>
    /// <returns>Null if the text isn't a valid address.</returns>
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
            // The form is not valid, or the path is longer than the 107 characters that the system allows.
            return null;
        }

        // Without a port, the parser would assume 80.
        var hasPort = text!.TrimEnd('/').Split(':') is [_, _, .., var port] && port.All(char.IsAsciiDigit);
        if (address.Scheme != "http" || !hasPort || address.PathBase.Length > 0 || address.Port is < 0 or > IPEndPoint.MaxPort)
            return null;

        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return new(new IPEndPoint(IPAddress.Loopback, address.Port), IsLocal: true);

        if (address.Host is "*" or "+")
            return new(new IPEndPoint(IPAddress.IPv6Any, address.Port), IsLocal: false);

        return IPAddress.TryParse(address.Host, out var ip)
            ? new(new IPEndPoint(ip, address.Port), IPAddress.IsLoopback(ip))
            : null;
    }

    /// <returns>Null if the text isn't a valid address or names a Unix socket.</returns>
    public static ListenAddress? TryParsePort(string text) => TryParse(text) is { EndPoint: IPEndPoint } address ? address : null;

    /// <summary>Whether a request to the given address would reach this listener.</summary>
    public bool Serves(Uri address) =>
        EndPoint is IPEndPoint { Port: not 0 and var port } && address.IsLoopback && address.Port == port;

    public override string ToString() => EndPoint switch
    {
        IPEndPoint { Address: var ip, Port: var port } when ip.Equals(IPAddress.IPv6Any) => $"http://*:{port}",
        IPEndPoint ip => $"http://{ip}",
        _ => $"http://unix:{EndPoint}",
    };
}
