using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>A provider that sends the bytes of a script to <c>/open/v1/script/N</c> and a valid response to every other request.</summary>
internal sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly TcpServer server;

    public ScriptedProvider() => server = new(ServeAsync);

    public string Address => $"http://{server.EndPoint}";

    public ConcurrentDictionary<string, ResponseScript> Scripts { get; } = new(StringComparer.Ordinal);

    public static byte[] ValidResponseTo(string target) =>
        Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX-Script: {target}\r\nContent-Length: {target.Length}\r\n\r\n{target}");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken stopped)
    {
        var buffer = new byte[16 * 1024];
        var end = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(end), stopped) is > 0 and var count)
        {
            end += count;
            if (StrictParser.ParseRequest(buffer.AsSpan(0, end)) is not { Verdict: Verdict.Complete, Message: { } request })
                continue;

            end = 0;
            if (!await RespondAsync(socket, request, stopped) || request.Lists("Connection", "close"))
                return;
        }
    }

    /// <returns>Whether the connection stays open.</returns>
    private async Task<bool> RespondAsync(Socket socket, StrictMessage request, CancellationToken stopped)
    {
        if (!Scripts.TryGetValue(request.Target, out var script))
        {
            await socket.SendAsync(ValidResponseTo(request.Target), stopped);
            return true;
        }

        var position = 0;
        foreach (var next in script.Writes)
        {
            await socket.SendAsync(script.Bytes.AsMemory(position..next), stopped);
            position = next;
            await Task.Yield();
        }

        if (script.Ending == ProviderEnding.Reset)
            socket.LingerState = new(enable: true, 0);
        return script.Ending == ProviderEnding.Keep;
    }
}
