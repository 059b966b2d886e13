using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// An HTTP proxy that requires credentials. It opens each tunnel (CONNECT) to the upstream, for any name. It responds to other requests
/// itself.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly ScriptedUpstream server;
    private readonly int upstreamPort;
    private readonly string authorization;
    private readonly IReadOnlyList<string> challenges;

    /// <param name="upstreamPort">The port on 127.0.0.1 to which tunnels are opened.</param>
    /// <param name="credentials">The required credentials, as user:password.</param>
    /// <param name="challenges">The values of the Proxy-Authenticate headers in a 407 response.</param>
    public ConnectProxy(int upstreamPort, string credentials, IReadOnlyList<string> challenges)
    {
        (this.upstreamPort, this.challenges) = (upstreamPort, challenges);
        authorization = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";
        server = new(ServeAsync);
    }

    public int Port => server.Port;

    /// <summary>The start lines of the requests with the required credentials.</summary>
    public ConcurrentQueue<string> Accepted { get; } = new();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(ScriptedUpstream.Connection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (request["Proxy-Authorization"] is not [var credentials] || credentials != authorization)
            {
                var offers = string.Concat(challenges.Select(challenge => $"Proxy-Authenticate: {challenge}\r\n"));
                await connection.WriteAsync($"HTTP/1.1 407 Proxy Authentication Required\r\n{offers}Content-Length: 0\r\n\r\n");
                continue;
            }

            Accepted.Enqueue(request.StartLine);
            if (request.StartLine.StartsWith("CONNECT ", StringComparison.Ordinal))
            {
                await TunnelAsync(connection);
                return;
            }

            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
        }
    }

    private async Task TunnelAsync(ScriptedUpstream.Connection connection)
    {
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(IPAddress.Loopback, upstreamPort);
        await connection.WriteAsync("HTTP/1.1 200 Connection Established\r\n\r\n");
        var stream = upstream.GetStream();
        await Task.WhenAny(
            connection.Stream.CopyToAsync(stream, connection.Stopped), stream.CopyToAsync(connection.Stream, connection.Stopped));
    }
}
