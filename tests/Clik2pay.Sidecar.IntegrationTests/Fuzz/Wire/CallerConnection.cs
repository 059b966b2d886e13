using System.Net.Sockets;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>A caller's connection. It is closed with a reset, so that it leaves no port behind.</summary>
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

    /// <param name="bytes">Everything to send.</param>
    /// <param name="writes">The ends of the single writes.</param>
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
            // The sidecar has refused the request and closed the connection. Its response can still be read.
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
            // The sidecar has closed the connection already.
        }
    }

    /// <summary>Reads the next final response. It is incomplete if the connection ends before.</summary>
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
                // A response to HTTP/1.0 may last until the end of the connection.
                if (!HasBrokenOff)
                    parse = StrictParser.ParseResponse(buffer.AsSpan(start, end - start), isToHead, hasEnded: true);
                start += parse.Length;
                return parse;
            }
        }
    }

    /// <summary>Whether the connection ended with a reset.</summary>
    public bool HasBrokenOff { get; private set; }

    /// <summary>What was received behind the last response.</summary>
    public string Rest => Corpus.Escape(buffer.AsSpan(start..end));

    /// <returns>The number of bytes until the end.</returns>
    public async Task<int> ReadToEndAsync()
    {
        while (await FillAsync())
        {
            // Until the end.
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
            HasBrokenOff = true;
            return false;
        }
    }
}
