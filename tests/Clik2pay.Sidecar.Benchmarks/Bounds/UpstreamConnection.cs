using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>A connection of the bound <c>client</c> to the upstream. It forwards one request at a time.</summary>
internal sealed class UpstreamConnection : IDisposable
{
    /// <summary>The maximum size of a request, and of the head of a response.</summary>
    private const int BufferSize = 16 * 1024;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[BufferSize];
    private readonly string host;
    private int length;

    private UpstreamConnection(Uri upstream) => host = upstream.Authority;

    public static async Task<UpstreamConnection> OpenAsync(Uri upstream, CancellationToken cancellationToken)
    {
        var connection = new UpstreamConnection(upstream);
        await connection.socket.ConnectAsync(upstream.Host, upstream.Port, cancellationToken);
        return connection;
    }

    /// <exception cref="IOException">The upstream closed the connection.</exception>
    public async Task ForwardAsync(HttpContext context)
    {
        var (request, response, aborted) = (context.Request, context.Response, context.RequestAborted);

        // 1. Send the head and the body of the request at once.
        WriteHead(request);
        var body = (int)(request.ContentLength ?? 0);
        await request.Body.ReadExactlyAsync(buffer.AsMemory(length, body), aborted);
        await socket.SendAsync(buffer.AsMemory(0, length + body), aborted);

        // 2. Receive the head of the response.
        length = 0;
        int head;
        do
            length += await ReceiveAsync(length, aborted);
        while ((head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0);
        ReadHead(buffer.AsSpan(0, head), response);

        // 3. Copy the body of the response.
        var start = head + 4;
        var remaining = response.ContentLength ?? throw new InvalidOperationException("The response has no Content-Length.");
        while (remaining > 0)
        {
            if (start == length)
                (start, length) = (0, await ReceiveAsync(0, aborted));
            await response.Body.WriteAsync(buffer.AsMemory(start, length - start), aborted);
            remaining -= length - start;
            start = length;
        }
    }

    public void Dispose() => socket.Dispose();

    private void WriteHead(HttpRequest request)
    {
        length = 0;
        Write(request.Method);
        Write(" ");
        Write(request.Path.Value!);
        Write(request.QueryString.Value!);
        Write(" HTTP/1.1\r\n");
        foreach (var (name, value) in request.Headers)
        {
            if (!InjectedHeaders.IsSkipped(name) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                WriteHeader(name, (string)value!);
        }

        WriteHeader("Host", host);
        Write(InjectedHeaders.EndOfHead);
    }

    private void WriteHeader(string name, string value)
    {
        Write(name);
        Write(": ");
        Write(value);
        Write("\r\n");
    }

    private void Write(string text) => length += Encoding.ASCII.GetBytes(text, buffer.AsSpan(length));

    private async ValueTask<int> ReceiveAsync(int offset, CancellationToken cancellationToken)
    {
        var count = await socket.ReceiveAsync(buffer.AsMemory(offset), cancellationToken);
        return count > 0 ? count : throw new IOException("The upstream closed the connection or sent a head of more than 16 KiB.");
    }

    /// <param name="head">The head of the response, without the empty line. The first line begins with <c>HTTP/1.1 </c>.</param>
    /// <param name="response">The response whose status and headers are set.</param>
    private static void ReadHead(ReadOnlySpan<byte> head, HttpResponse response)
    {
        response.StatusCode = int.Parse(head[9..12], NumberStyles.None, CultureInfo.InvariantCulture);
        var headers = head[(head.IndexOf("\r\n"u8) + 2)..];
        foreach (var range in headers.Split("\r\n"u8))
        {
            var line = headers[range];
            var colon = line.IndexOf((byte)':');
            var name = Encoding.ASCII.GetString(line[..colon]);
            if (!InjectedHeaders.IsSkipped(name))
                response.Headers[name] = Encoding.ASCII.GetString(line[(colon + 1)..].Trim((byte)' '));
        }
    }
}
