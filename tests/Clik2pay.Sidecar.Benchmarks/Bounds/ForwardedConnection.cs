using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>
/// A caller's connection and its connection to the upstream, for the bound <c>epoll</c>. The sockets block, but are read only if epoll
/// reports data. A request with its body and the injected headers must fit into 16 KiB, and so must the head of a
/// response.
/// </summary>
internal sealed class ForwardedConnection : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly Socket caller;
    private readonly Socket upstream;
    private readonly byte[] request = new byte[BufferSize];
    private readonly byte[] rewritten = new byte[BufferSize];
    private readonly byte[] response = new byte[BufferSize];
    private int requestLength;
    private int responseLength;

    /// <summary>The number of bytes of the response's body that have not arrived yet.</summary>
    private long remaining;

    public ForwardedConnection(Socket caller, Socket upstream)
    {
        (this.caller, this.upstream) = (caller, upstream);
        Descriptors = [(int)caller.Handle, (int)upstream.Handle];
    }

    /// <summary>The descriptors of the caller's socket and of the upstream's.</summary>
    public int[] Descriptors { get; }

    /// <summary>Receives once from the socket that has data. Forwards a complete request, or the received part of a response.</summary>
    /// <returns>Whether the connection continues.</returns>
    public bool Forward(int descriptor) => descriptor == Descriptors[0] ? ForwardRequest() : ForwardResponse();

    public void Dispose()
    {
        caller.Dispose();
        upstream.Dispose();
    }

    private bool ForwardRequest()
    {
        var count = caller.Receive(request.AsSpan(requestLength), SocketFlags.None, out _);
        if (count <= 0)
            return false;
        requestLength += count;

        // A caller sends its next request after the response, so the buffer contains at most one request.
        var received = request.AsSpan(0, requestLength);
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0 || received.Length < end + 4 + ContentLengthOf(received[..end]))
            return true;
        requestLength = 0;
        return Send(upstream, rewritten.AsSpan(0, Rewrite(received[..end], received[(end + 4)..])));
    }

    private bool ForwardResponse()
    {
        var count = upstream.Receive(response.AsSpan(responseLength), SocketFlags.None, out _);
        if (count <= 0)
            return false;
        responseLength += count;
        var received = response.AsSpan(0, responseLength);
        if (remaining == 0)
        {
            var end = received.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return true;
            remaining = end + 4 + ContentLengthOf(received[..end]);
        }

        remaining -= received.Length;
        responseLength = 0;
        return Send(caller, received);
    }

    /// <returns>The length of the request with the injected headers.</returns>
    private int Rewrite(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var length = 0;
        var isFirst = true;
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (isFirst || !InjectedHeaders.IsSkipped(line[..Math.Max(line.IndexOf((byte)':'), 0)]))
            {
                Write(line);
                Write("\r\n"u8);
            }

            isFirst = false;
        }

        Write(InjectedHeaders.EndOfHeadBytes);
        Write(body);
        return length;

        void Write(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(rewritten.AsSpan(length));
            length += bytes.Length;
        }
    }

    private static long ContentLengthOf(ReadOnlySpan<byte> head)
    {
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8)
                && Utf8Parser.TryParse(line[(colon + 1)..].Trim((byte)' '), out long length, out _))
            {
                return length;
            }
        }

        return 0;
    }

    /// <returns>Whether the receiver still accepts data.</returns>
    private static bool Send(Socket socket, ReadOnlySpan<byte> data) =>
        socket.Send(data, SocketFlags.None, out var error) == data.Length && error == SocketError.Success;
}
