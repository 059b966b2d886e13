using System.Globalization;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>Reads HTTP/1.1 messages from a connection. A server or an HTTP client would hide details of them.</summary>
internal sealed class WireReader(Stream stream, Action<int>? onBytes = null)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;

    /// <returns>Null at the end of the connection.</returns>
    public async Task<WireMessage?> ReadRequestAsync(Func<WireMessage, Task>? onHead = null)
    {
        if (await ReadHeadAsync() is not { } head)
            return null;

        await (onHead?.Invoke(head) ?? Task.CompletedTask);
        return await ReadBodyAsync(head, untilEnd: false);
    }

    /// <summary>Reads the final response, and skips those with a status below 200.</summary>
    /// <param name="hasBody">Whether the response can have a body; not after HEAD.</param>
    public async Task<WireMessage> ReadResponseAsync(bool hasBody = true)
    {
        while (true)
        {
            var head = await ReadHeadAsync() ?? throw new IOException("The connection ended without a response.");
            if (head.Status >= 200)
                return hasBody && head.Status is not (204 or 304) ? await ReadBodyAsync(head, untilEnd: true) : head;
        }
    }

    /// <summary>Takes the bytes that were received after the last message.</summary>
    public string TakeRest()
    {
        var rest = Encoding.Latin1.GetString(buffer, start, end - start);
        start = end;
        return rest;
    }

    private async Task<WireMessage?> ReadHeadAsync()
    {
        if (await ReadLineAsync() is not { } line)
            return null;

        return new(line, await ReadHeadersAsync(), [], IsChunked: false, []);
    }

    private async Task<List<(string Name, string Value)>> ReadHeadersAsync()
    {
        var headers = new List<(string, string)>();
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new IOException("The connection ended in the headers.");
            if (line.Length == 0)
                return headers;

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }
    }

    private async Task<WireMessage> ReadBodyAsync(WireMessage head, bool untilEnd)
    {
        if (head["Transfer-Encoding"].Count > 0)
        {
            using var body = new MemoryStream();
            while (true)
            {
                var line = await ReadLineAsync() ?? throw new IOException("The body is incomplete.");
                var size = int.Parse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                if (size == 0)
                    return head with { Body = body.ToArray(), IsChunked = true, Trailers = await ReadHeadersAsync() };

                body.Write(await ReadExactlyAsync(size));
                await ReadLineAsync();
            }
        }

        if (head["Content-Length"] is [var length, ..])
            return head with { Body = await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)) };

        if (!untilEnd)
            return head;

        using var rest = new MemoryStream();
        do
        {
            rest.Write(buffer, start, end - start);
            start = end;
        }
        while (await FillAsync());
        return head with { Body = rest.ToArray() };
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var newline = Array.IndexOf(buffer, (byte)'\n', start, end - start);
            var stop = newline < 0 ? end : newline + 1;
            line.Append(Encoding.Latin1.GetString(buffer, start, stop - start));
            start = stop;
            if (newline >= 0)
                return line.ToString(0, line.Length - 2);

            if (!await FillAsync())
                return line.Length == 0 ? null : throw new IOException("The connection ended in a line.");
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count)
        {
            if (start == end && !await FillAsync())
                throw new IOException("The body is incomplete.");

            var some = Math.Min(count - read, end - start);
            Array.Copy(buffer, start, bytes, read, some);
            (start, read) = (start + some, read + some);
        }

        return bytes;
    }

    private async Task<bool> FillAsync()
    {
        start = 0;
        end = await stream.ReadAsync(buffer);
        onBytes?.Invoke(end);
        return end > 0;
    }
}
