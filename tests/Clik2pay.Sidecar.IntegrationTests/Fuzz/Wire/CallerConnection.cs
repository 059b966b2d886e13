using System.Net.Sockets;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>A caller's connection. Dispose resets it, so that no port stays in TIME_WAIT.</summary>
internal sealed class CallerConnection : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(enable: true, 0) };
    private byte[] buffer = new byte[8 * 1024];
    private int start;
    private int end;

    public static async Task<CallerConnection> OpenAsync(Uri address)
    {
        var connection = new CallerConnection();
        await connection.socket.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    /// <param name="bytes">The bytes to send.</param>
    /// <param name="writes">The end positions of the single writes.</param>
    public async Task SendAsync(byte[] bytes, IReadOnlyList<int> writes)
    {
        var position = 0;
        try
        {
            foreach (var next in writes)
            {
                await socket.SendAsync(bytes.AsMemory(position..next));
                position = next;
                await Task.Yield();
            }
        }
        catch (SocketException)
        {
            // The sidecar refused the request and closed the connection. Its response can still be read.
        }
    }

    public void EndSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The sidecar closed the connection.
        }
    }

    /// <summary>Reads the next final response. The result is incomplete if the connection ends first.</summary>
    public async Task<StrictParse> ReadResponseAsync(bool isToHead)
    {
        while (true)
        {
            var parse = StrictParser.ParseResponse(buffer.AsSpan(start, end - start), isToHead, hasEnded: false);
            if (parse.Verdict == Verdict.Invalid)
                return parse;

            if (parse.Verdict == Verdict.Complete)
            {
                start += parse.Length;
                if (parse.Message!.Status != 100)
                    return parse;
            }
            else if (!await FillAsync())
            {
                // A response without a length lasts until the end of the connection.
                if (!WasReset)
                    parse = StrictParser.ParseResponse(buffer.AsSpan(start, end - start), isToHead, hasEnded: true);
                start += parse.Length;
                return parse;
            }
        }
    }

    /// <summary>Whether the connection ended with a reset.</summary>
    public bool WasReset { get; private set; }

    /// <summary>The bytes that were received after the last response.</summary>
    public string ExtraBytes => Corpus.Escape(buffer.AsSpan(start..end));

    /// <returns>The number of bytes from the last response to the end of the connection.</returns>
    public async Task<int> ReadToEndAsync()
    {
        while (await FillAsync())
        {
            // FillAsync stores the bytes.
        }

        return end - start;
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        if (start > 0)
        {
            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);

        try
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(end));
            end += count;
            return count > 0;
        }
        catch (SocketException)
        {
            WasReset = true;
            return false;
        }
    }
}
