using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>A TCP proxy to a Redis server that causes faults. A change of the fault affects connections that are opened after it.</summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpServer proxy;
    private readonly RedisEndpoint target;

    public ChaosProxy(RedisEndpoint target)
    {
        this.target = target;
        proxy = new((client, end) => ServeAsync(client, Fault, end));
    }

    public RedisEndpoint Endpoint => new("127.0.0.1", proxy.EndPoint.Port);

    public ChaosFault Fault { get; set; }

    /// <summary>Called when a client sends a script, before the server receives it.</summary>
    public Action? BeforeScript { get; set; }

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => proxy.Connections;

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private async Task ServeAsync(Socket client, ChaosFault fault, CancellationToken end)
    {
        await using var clientStream = new NetworkStream(client);
        if (fault == ChaosFault.Cut)
        {
            // A linger time of zero resets the connection when it is closed.
            await clientStream.ReadExactlyAsync(new byte[1], end);
            client.LingerState = new(enable: true, seconds: 0);
            return;
        }

        if (fault == ChaosFault.Dropped)
        {
            // The kernel accepts the connection, as when packets are dropped behind a load balancer.
            await Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, end);
        }

        using var server = new TcpClient();
        await server.ConnectAsync(target.Host, target.Port, end);
        var isRunning = new StrongBox<bool>();
        var requests = PumpAsync(clientStream, server.GetStream(), ChaosFault.None, isRunning, end);
        var replies = PumpAsync(server.GetStream(), clientStream, fault, isRunning, end);
        await Task.WhenAny(requests, replies);
    }

    /// <param name="from">The side that is read.</param>
    /// <param name="to">The side that is written.</param>
    /// <param name="fault">The fault of this direction.</param>
    /// <param name="isRunning">Whether the client has sent a script.</param>
    /// <param name="end">Canceled when the test is over.</param>
    private async Task PumpAsync(
        NetworkStream from, NetworkStream to, ChaosFault fault, StrongBox<bool> isRunning, CancellationToken end)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReadAsync(buffer, end) is > 0 and var count)
            {
                if (buffer.AsSpan(0, count).IndexOf("\nEVAL\r"u8) >= 0)
                {
                    isRunning.Value = true;
                    BeforeScript?.Invoke();
                }

                if (fault == ChaosFault.HalfOpen || (fault == ChaosFault.LostReply && isRunning.Value))
                    continue;

                if (fault == ChaosFault.Delay)
                    await Task.Delay(TimeSpan.FromMilliseconds(300), SystemDefaults.Time, end);

                if (fault != ChaosFault.Drip)
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), end);
                    continue;
                }

                for (var i = 0; i < count; i++)
                {
                    await to.WriteAsync(buffer.AsMemory(i, 1), end);
                    await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, end);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // ServeAsync closes both sides when one direction ends.
        }
    }
}
