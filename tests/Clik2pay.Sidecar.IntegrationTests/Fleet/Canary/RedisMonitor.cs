using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Canary;

/// <summary>Records every command that a Redis executes, with the command MONITOR.</summary>
internal sealed partial class RedisMonitor : IDisposable
{
    private readonly TcpClient client = new();
    private readonly MemoryStream received = new();
    private Task reading = Task.CompletedTask;

    public static async Task<RedisMonitor> StartAsync(int port, string password)
    {
        var monitor = new RedisMonitor();
        await monitor.client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        monitor.reading = monitor.ReadAsync(password);
        return monitor;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>All commands, once as Redis wrote them and once with its escapes decoded.</returns>
    public async Task<(string Raw, string Decoded)> StopAsync()
    {
        client.Close();
        await reading;
        var text = Encoding.Latin1.GetString(received.ToArray());
        return (text, HexEscape().Replace(text, match => ((char)Convert.ToByte(match.Value[2..], 16)).ToString()));
    }

    public void Dispose()
    {
        client.Dispose();
        received.Dispose();
    }

    private async Task ReadAsync(string password)
    {
        try
        {
            var stream = client.GetStream();
            var commands = Encoding.UTF8.GetBytes($"AUTH {password}\r\nMONITOR\r\n");
            await stream.WriteAsync(commands, TestContext.Current.CancellationToken);
            await stream.CopyToAsync(received, TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The recording was ended.
        }
    }

    /// <summary>MONITOR writes a byte that isn't a printable character as \xHH.</summary>
    [GeneratedRegex(@"\\x[0-9a-f]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex HexEscape();
}
