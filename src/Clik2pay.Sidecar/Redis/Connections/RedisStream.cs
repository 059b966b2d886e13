using System.Buffers;
using System.Net.Security;
using System.Text;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>
/// A connection to Redis that the library reads and writes. The stream keeps the errors that the server sends while the library connects,
/// because the library does not report them. The stream fails if the server refuses the login, because the library would continue. It also
/// fails if the server sends more than any valid reply contains.
/// </summary>
/// <param name="inner">The connection. It is disposed with this stream.</param>
/// <param name="hasPassword">Whether the library sends AUTH first.</param>
/// <param name="report">Called once, when the stream is disposed. The argument is whether the server sent anything.</param>
internal sealed class RedisStream(Stream inner, bool hasPassword, Action<bool> report) : AsyncStream
{
    /// <summary>
    /// In bytes. A token has at most 48 KiB. The list of 1,000 nodes of a cluster has 120 KiB, and is read twice. Without a limit, a server
    /// could fill the memory.
    /// </summary>
    private const int MaxReceived = 1024 * 1024;

    /// <summary>
    /// The maximum number of arrays in all replies. The library reads nested arrays recursively, so tens of thousands of them overflow the
    /// stack, which ends the process. A cluster reports three arrays for each range of slots, and two for each replica of the range.
    /// </summary>
    private const int MaxArrays = 2000;

    /// <summary>In characters. The rest of a longer line is ignored.</summary>
    private const int MaxLineLength = 256;

    /// <summary>The number of lines that are searched for errors. The replies to AUTH and TIME have fewer.</summary>
    private const int MaxLines = 8;

    private static readonly SearchValues<char> ReplyTypes = SearchValues.Create("+-:$*_#,(!=%~>|");
    private static readonly SearchValues<byte> ArrayTypes = SearchValues.Create("*%~>|"u8);

    private readonly StringBuilder line = new();
    private int lines;
    private int received;
    private int arrays;
    private bool isLineStart = true;
    private bool hasReported;

    /// <summary>Whether TLS protects the connection.</summary>
    public bool IsSecure => inner is SslStream;

    public bool HasReceived => received > 0;

    /// <summary>Whether the server ended the connection.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the server sent more than any valid reply contains.</summary>
    public bool HasExceededLimit => received > MaxReceived || arrays > MaxArrays;

    /// <summary>Whether the first reply shows that AUTH has failed.</summary>
    public bool IsLoginRefused { get; private set; }

    /// <summary>The first line, if it is an error, without the leading minus sign.</summary>
    public string? FirstError { get; private set; }

    /// <summary>The last error in the first <see cref="MaxLines"/> lines, without the leading minus sign.</summary>
    public string? LastError { get; private set; }

    /// <summary>Whether the first byte starts a reply (https://redis.io/docs/latest/develop/reference/protocol-spec/).</summary>
    public bool IsRedis { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            HasEnded = true;
            throw;
        }

        HasEnded |= count == 0 && buffer.Length > 0;
        Observe(buffer.Span[..count]);
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !Interlocked.Exchange(ref hasReported, true))
        {
            report(HasReceived);
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Observe(ReadOnlySpan<byte> bytes)
    {
        if (received == 0 && bytes.Length > 0)
            IsRedis = ReplyTypes.Contains((char)bytes[0]);
        received += bytes.Length;
        foreach (var value in bytes)
        {
            // A value can also contain line breaks. The limit is far above the number of arrays that a value appears to contain by chance.
            arrays += isLineStart && ArrayTypes.Contains(value) ? 1 : 0;
            isLineStart = value == '\n';
            if (lines < MaxLines)
                ReadLine(value);
        }

        // This method throws before the library receives the bytes.
        if (HasExceededLimit || IsLoginRefused)
            throw new IOException("The connection to Redis is no longer used.");
    }

    private void ReadLine(byte value)
    {
        if (value != '\n')
        {
            if (value != '\r' && line.Length < MaxLineLength)
                line.Append((char)value);
            return;
        }

        if (line.Length > 0 && line[0] == '-')
            LastError = line.ToString(1, line.Length - 1);
        if (lines == 0)
        {
            FirstError = LastError;
            IsLoginRefused = hasPassword && !line.Equals("+OK");
        }

        lines++;
        line.Clear();
    }
}
