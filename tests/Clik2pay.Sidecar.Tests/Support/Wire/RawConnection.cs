using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A TCP connection to which a test writes exact bytes.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private WireReader? reader;

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection.socket.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    /// <summary>Sends a request after which the server closes the connection, and reads until the connection ends.</summary>
    public static async Task<string> ExchangeAsync(Uri address, string request)
    {
        await using var connection = await OpenAsync(address);
        await connection.SendAsync(request);
        return await connection.ReadToEndAsync();
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Reads everything that follows the responses that were already read.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new StringBuilder(reader?.TakeRest());
        while (await ReadSomeAsync() is { Length: > 0 } some)
            all.Append(some);
        return all.ToString();
    }

    /// <summary>Reads one response, and leaves the connection open.</summary>
    public Task<WireMessage> ReadResponseAsync(bool hasBody = true) =>
        (reader ??= new(new NetworkStream(socket))).ReadResponseAsync(hasBody);

    /// <summary>Reads a problem response with the code <c>bad_request</c>, after which the connection ends.</summary>
    /// <param name="status">The expected status.</param>
    public async Task AssertRefusedAsync(int status)
    {
        var response = await ReadResponseAsync();
        Assert.Equal(status, response.Status);
        Assert.Equal(["bad_request"], response["Clik2pay-Sidecar-Error"]);
        Assert.Equal(["application/problem+json"], response["Content-Type"]);
        Assert.Equal(["close"], response["Connection"]);
        try
        {
            Assert.Equal("", await ReadToEndAsync());
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The server waits 5 s for the rest of a body, and resets the connection if the rest does not arrive.
        }
    }

    /// <returns>The next bytes, or an empty text at the end of the connection.</returns>
    public async Task<string> ReadSomeAsync()
    {
        var buffer = new byte[16 * 1024];
        var count = await socket.ReceiveAsync(buffer);
        return Encoding.Latin1.GetString(buffer, 0, count);
    }

    /// <summary>Closes the connection normally or with a reset.</summary>
    public void Close(bool isReset)
    {
        if (isReset)
            socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
