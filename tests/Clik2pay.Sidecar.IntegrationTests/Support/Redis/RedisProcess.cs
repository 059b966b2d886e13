using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>
/// A process of the program redis-server. A test can stop and kill the process, give it files of this machine, and step its clock.
/// </summary>
internal sealed class RedisProcess : RedisServer
{
    private readonly TemporaryFolder folder = new();
    private readonly string[] arguments;
    private readonly string readyText;
    private readonly IReadOnlyDictionary<string, string>? environment;
    private Process? process;

    private RedisProcess(
        RedisOptions access, bool isSentinel, IReadOnlyList<string> settings, IReadOnlyDictionary<string, string>? environment)
        : base(access)
    {
        this.environment = environment;
        var configuration = folder.Write("redis.conf", string.Join('\n', (string[])[
            $"bind {Endpoint.Host}",
            access.Tls ? "port 0" : $"port {Port}",
            access.Tls ? $"tls-port {Port}" : "",
            isSentinel ? "" : "save \"\"",
            $"dir {folder.FullName}",
            .. settings,
            ""]));
        arguments = isSentinel ? [configuration, "--sentinel"] : [configuration];
        readyText = isSentinel ? "+monitor" : "Ready to accept connections";
    }

    /// <summary>Whether the program is on the PATH.</summary>
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, "redis-server")));

    /// <summary>Starts the program. If it is not installed, the test is skipped.</summary>
    /// <param name="settings">Lines of the configuration file.</param>
    public static new Task<RedisProcess> StartAsync(params string[] settings) => StartAsync(access: null, settings);

    /// <param name="access">How the test logs in, and whether the server uses TLS.</param>
    /// <param name="settings">Lines of the configuration file.</param>
    /// <param name="isSentinel">Whether to start a Sentinel.</param>
    /// <param name="environment">Additional environment variables.</param>
    /// <param name="address">The address to listen on.</param>
    public static async Task<RedisProcess> StartAsync(
        RedisOptions? access,
        IReadOnlyList<string> settings,
        bool isSentinel = false,
        IReadOnlyDictionary<string, string>? environment = null,
        string address = "127.0.0.1")
    {
        Assert.SkipUnless(IsInstalled, "The test controls Redis as a process, but redis-server is not on the PATH.");
        access ??= new() { Endpoints = [] };

        // Another process may take the free port before redis-server does.
        for (var attempt = 0; ; attempt++)
        {
            var server = new RedisProcess(access with { Endpoints = [new(address, FreePort())] }, isSentinel, settings, environment);
            if (await server.TryStartAsync())
                return server;

            await server.DisposeAsync();
            Assert.True(attempt < 5, "redis-server did not start");
        }
    }

    /// <summary>Starts the program again, on the same port and without data.</summary>
    public async Task StartAgainAsync() => Assert.True(await TryStartAsync());

    /// <summary>Kills the process, as a crash would.</summary>
    public async Task KillAsync()
    {
        Signal(SidecarProcess.KillSignal);
        await process!.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Signal(int signal) => SidecarProcess.Signal(process!.Id, signal);

    public override async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Signal(SidecarProcess.KillSignal);
            await process.WaitForExitAsync();
        }

        process?.Dispose();
        folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> TryStartAsync()
    {
        process?.Dispose();
        var start = new ProcessStartInfo("redis-server", arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(readyText, StringComparison.Ordinal) != false)
                ready.TrySetResult(line.Data is not null);
        };
        process.Start();
        process.BeginOutputReadLine();
        return await ready.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
