using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>Waits for a server that is starting.</summary>
internal static class FirstResponse
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Sends requests, 1 ms apart, until the server responds with status 200.</summary>
    /// <exception cref="BenchmarkFailure">The server ended, or did not respond with status 200 within 30 s.</exception>
    public static async Task WaitAsync(
        Server server, string path, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? headers = null)
    {
        var added = string.Concat((headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Select(header => $"{header.Key}: {header.Value}\r\n"));
        var request = Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\n{added}Connection: close\r\n\r\n");
        var startedAt = RealClock.Time.GetTimestamp();
        while (!await TrySendAsync(server.Port, request, cancellationToken))
        {
            if (server.HasEnded)
                throw server.CreateFailure("ended before its first response");
            if (RealClock.Time.GetElapsedTime(startedAt) > Timeout)
                throw server.CreateFailure($"did not respond with status 200 within {Timeout.TotalSeconds} s");
            await RealClock.DelayAsync(PollInterval, cancellationToken);
        }
    }

    /// <summary>Waits until a server that does not use HTTP accepts a connection.</summary>
    /// <exception cref="BenchmarkFailure">The server ended.</exception>
    public static async Task WaitForConnectionAsync(Server server, CancellationToken cancellationToken)
    {
        while (!server.HasEnded)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await RealClock.DelayAsync(PollInterval, cancellationToken);
            }
        }

        throw server.CreateFailure("ended before it accepted a connection");
    }

    /// <returns>Whether the server responded with status 200.</returns>
    private static async Task<bool> TrySendAsync(int port, byte[] request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await socket.SendAsync(request, cancellationToken);
            var response = new byte[64];
            var count = await socket.ReceiveAsync(response, cancellationToken);
            return response.AsSpan(0, count).StartsWith("HTTP/1.1 200 "u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
