using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>Asks a server that is starting again and again, each millisecond, until it answers 200.</summary>
internal static class FirstResponse
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    /// <exception cref="BenchmarkFailure">It ended, or did not answer in time.</exception>
    public static async Task WaitAsync(Server server, string path, CancellationToken cancellationToken)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\nConnection: close\r\n\r\n");
        var startedAt = RealClock.Time.GetTimestamp();
        while (!await TryAskAsync(server.Port, request, cancellationToken))
        {
            if (server.HasEnded)
                throw server.Fail("ended before its first answer");
            if (RealClock.Time.GetElapsedTime(startedAt) > Patience)
                throw server.Fail($"did not answer within {Patience.TotalSeconds} s");
            await RealClock.Pause(Step, cancellationToken);
        }
    }

    /// <summary>Whether it takes connections, for servers that do not speak HTTP.</summary>
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
                await RealClock.Pause(Step, cancellationToken);
            }
        }

        throw server.Fail("ended at its start");
    }

    private static async Task<bool> TryAskAsync(int port, byte[] request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await socket.SendAsync(request, cancellationToken);
            var answer = new byte[64];
            var count = await socket.ReceiveAsync(answer, cancellationToken);
            return answer.AsSpan(0, count).StartsWith("HTTP/1.1 200 "u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
