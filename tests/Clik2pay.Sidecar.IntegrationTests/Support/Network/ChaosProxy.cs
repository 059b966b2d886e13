using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>A TCP proxy to a Redis server that causes faults. A change of the fault affects connections that are opened after it.</summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly RedisEndpoint target;
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private int connections;

    public ChaosProxy(RedisEndpoint target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public RedisEndpoint Endpoint => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    public ChaosFault Fault { get; set; }

    /// <summary>Called when a client sends a script, before the server receives it.</summary>
    public Action? BeforeScript { get; set; }

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                Interlocked.Increment(ref connections);
                open.Add(ServeAsync(client, Fault));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client, ChaosFault fault)
    {
        using var server = new TcpClient();
        try
        {
            using (client)
            {
                if (fault == ChaosFault.Cut)
                {
                    // A linger time of zero resets the connection when it is closed.
                    await client.GetStream().ReadExactlyAsync(new byte[1], end.Token);
                    client.LingerState = new(enable: true, seconds: 0);
                    return;
                }

                if (fault == ChaosFault.Dropped)
                {
                    // The kernel accepts the connection, as when packets are dropped behind a load balancer.
                    await Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, end.Token);
                }

                await server.ConnectAsync(target.Host, target.Port, end.Token);
                var isRunning = new StrongBox<bool>();
                var requests = PumpAsync(client.GetStream(), server.GetStream(), ChaosFault.None, isRunning);
                var replies = PumpAsync(server.GetStream(), client.GetStream(), fault, isRunning);
                await Task.WhenAny(requests, replies);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // The connection or the test has ended.
        }
    }

    /// <param name="from">The side that is read.</param>
    /// <param name="to">The side that is written.</param>
    /// <param name="fault">The fault of this direction.</param>
    /// <param name="isRunning">Whether the client has sent a script.</param>
    private async Task PumpAsync(NetworkStream from, NetworkStream to, ChaosFault fault, StrongBox<bool> isRunning)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                if (buffer.AsSpan(0, count).IndexOf("\nEVAL\r"u8) >= 0)
                {
                    isRunning.Value = true;
                    BeforeScript?.Invoke();
                }

                if (fault == ChaosFault.HalfOpen || (fault == ChaosFault.LostReply && isRunning.Value))
                    continue;

                if (fault == ChaosFault.Delay)
                    await Task.Delay(TimeSpan.FromMilliseconds(300), SystemDefaults.Time, end.Token);

                if (fault != ChaosFault.Drip)
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
                    continue;
                }

                for (var i = 0; i < count; i++)
                {
                    await to.WriteAsync(buffer.AsMemory(i, 1), end.Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, end.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // ServeAsync closes both sides when one direction ends.
        }
    }
}
