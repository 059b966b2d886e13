using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Networking;

public sealed class TcpConnectorTests : IDisposable
{
    private static readonly IPAddress First = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.3");

    private readonly FakeTimeProvider time = new();
    private readonly TcpListener server = new(Second, 0);

    public TcpConnectorTests() => server.Start();

    private int Port => ((IPEndPoint)server.LocalEndpoint).Port;

    public void Dispose() => server.Dispose();

    [Lesson("the second address of a name was never tried: dotnet/corefx#29716, cyberduck#14761")]
    [Fact]
    public async Task When_the_first_address_is_silent_the_second_is_tried_after_250_ms()
    {
        using var silent = new BlackHole($"{First}", Port);

        var connecting = ConnectAsync(First, Second);
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(server.Pending());
        Assert.False(connecting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        using var socket = await connecting;
        Assert.Equal(Second, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task When_the_first_address_refuses_the_second_is_tried_at_once()
    {
        using var socket = await ConnectAsync(First, Second);

        Assert.Equal(Second, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task When_every_address_refuses_the_exception_of_the_first_is_thrown()
    {
        server.Stop();

        var failure = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(First, Second));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task A_canceled_attempt_ends_although_no_address_has_responded()
    {
        using var first = new BlackHole($"{First}", Port);
        server.Stop();
        using var second = new BlackHole($"{Second}", Port);
        using var cancel = new CancellationTokenSource();

        var connecting = new TcpConnector(time).ConnectAsync([First, Second], first.EndPoint.Port, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task An_address_family_that_this_machine_lacks_costs_one_attempt()
    {
        // A documentation address (RFC 3849). It has no route, or it does not respond.
        var connecting = ConnectAsync(IPAddress.Parse("2001:db8::1"), Second);
        time.Advance(TimeSpan.FromMilliseconds(250));

        using var socket = await connecting;

        Assert.Equal(Second, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Lesson("the network silently dropped the connection: hyperium/hyper#4186, agentgateway#3231")]
    [Fact]
    public async Task A_connection_is_probed_after_5_s_and_closed_after_10_s_with_unacknowledged_data()
    {
        using var socket = await ConnectAsync(Second);

        Assert.Equal(
            (1, 5, 2, 3, 1),
            ((int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!,
            (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!,
            (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!,
            (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!,
            (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay)!));
        var userTimeout = 0;
        socket.GetRawSocketOption(optionLevel: 6, optionName: 18, MemoryMarshal.AsBytes(new Span<int>(ref userTimeout)));
        Assert.Equal(10_000, userTimeout);
    }

    private Task<Socket> ConnectAsync(params IPAddress[] addresses) =>
        new TcpConnector(time).ConnectAsync(addresses, Port, TestContext.Current.CancellationToken);
}
