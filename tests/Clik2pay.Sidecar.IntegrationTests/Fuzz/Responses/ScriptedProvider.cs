using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>A provider that sends the bytes of a script to <c>/open/v1/script/N</c> and a valid response to every other request.</summary>
internal sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopped = new();
    private readonly Task accepting;

    public ScriptedProvider()
    {
        listener.Start(1024);
        accepting = AcceptAsync();
    }

    public string Address => $"http://{listener.LocalEndpoint}";

    public ConcurrentDictionary<string, ResponseScript> Scripts { get; } = new(StringComparer.Ordinal);

    public static byte[] ValidResponseTo(string target) =>
        Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX-Script: {target}\r\nContent-Length: {target.Length}\r\n\r\n{target}");

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await accepting;
        listener.Stop();
        stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync(stopped.Token));
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        using var socket = accepted;
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        var end = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(end), stopped.Token) is > 0 and var count)
            {
                end += count;
                if (StrictParser.ParseRequest(buffer.AsSpan(0, end)) is not { Verdict: Verdict.Complete, Message: { } request })
                    continue;

                end = 0;
                if (!await RespondAsync(socket, request) || request.Lists("Connection", "close"))
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The sidecar closed the connection, or the run has ended.
        }
    }

    /// <returns>Whether the connection stays open.</returns>
    private async Task<bool> RespondAsync(Socket socket, StrictMessage request)
    {
        if (!Scripts.TryGetValue(request.Target, out var script))
        {
            await socket.SendAsync(ValidResponseTo(request.Target), stopped.Token);
            return true;
        }

        var position = 0;
        foreach (var next in script.Writes)
        {
            await socket.SendAsync(script.Bytes.AsMemory(position..next), stopped.Token);
            position = next;
            await Task.Yield();
        }

        if (script.Ending == ProviderEnding.Reset)
            socket.LingerState = new(enable: true, 0);
        return script.Ending == ProviderEnding.Keep;
    }
}
