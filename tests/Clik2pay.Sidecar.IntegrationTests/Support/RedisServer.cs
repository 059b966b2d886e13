using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Redis;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>A real Redis server of a test's own, on a free port.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RedisOptions access;
    private readonly string[] arguments;
    private readonly string readySign;
    private readonly IReadOnlyDictionary<string, string>? environment;
    private Process? process;
    private string name = "";

    private RedisServer(
        string address,
        int port,
        RedisOptions? access,
        bool isSentinel,
        IEnumerable<string> settings,
        IReadOnlyDictionary<string, string>? environment)
    {
        Port = port;
        this.environment = environment;
        Endpoint = new(address, port);
        this.access = (access ?? new RedisOptions { Endpoints = [] }) with { Endpoints = [Endpoint] };
        var isTls = this.access.Tls;
        var configuration = folder.Write("redis.conf", string.Join('\n', (string[])[
            $"bind {address}",
            isTls ? "port 0" : $"port {port}",
            isTls ? $"tls-port {port}" : "",
            isSentinel ? "" : "save \"\"",
            $"dir {folder.FullName}",
            .. settings,
            ""]));
        arguments = isSentinel ? [configuration, "--sentinel"] : [configuration];
        readySign = isSentinel ? "+monitor" : "Ready to accept connections";
    }

    public int Port { get; }

    public RedisEndpoint Endpoint { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Lines of its configuration file.</param>
    public static Task<RedisServer> StartAsync(params string[] settings) => StartAsync(access: null, settings);

    /// <param name="access">How the test itself gets in; also whether it speaks TLS.</param>
    /// <param name="settings">Lines of its configuration file.</param>
    /// <param name="isSentinel">Whether it is a Sentinel.</param>
    /// <param name="environment">Environment variables of the program, where a program is started.</param>
    /// <param name="address">The address it listens on.</param>
    public static async Task<RedisServer> StartAsync(
        RedisOptions? access,
        IReadOnlyList<string> settings,
        bool isSentinel = false,
        IReadOnlyDictionary<string, string>? environment = null,
        string address = "127.0.0.1")
    {
        // Between finding a free port and taking it somebody else may have.
        for (var attempt = 0; ; attempt++)
        {
            var server = new RedisServer(address, FreePort(), access, isSentinel, settings, environment);
            if (await server.TryStartAsync())
                return server;

            await server.DisposeAsync();
            Assert.True(attempt < 5, "redis-server does not start");
        }
    }

    /// <summary>Starts it again on the same port, empty.</summary>
    public async Task StartAgainAsync() => Assert.True(await TryStartAsync());

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        Signal(SidecarProcess.Kill9);
        await process!.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Signal(int signal) => RedisEngine.Signal(name, process!.Id, signal);

    /// <summary>Runs a command on this server. Each command has its own connection, because a test may stop or kill the server.</summary>
    /// <exception cref="RedisServerException">The server replied with an error.</exception>
    public async Task<RedisResult> RunAsync(params RedisValue[] command)
    {
        await using var connection = await ConnectAsync();
        return await connection.GetDatabase().ExecuteAsync($"{command[0]}", [.. command.Skip(1)], CommandFlags.NoRedirect);
    }

    /// <summary>Opens a connection for many commands. Tests that count connections do not count it.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => TestConnection.OpenAsync(access);

    /// <summary>Repeats a command until its reply meets the condition.</summary>
    public async Task<RedisResult> WaitForAsync(Func<RedisResult, bool> isRight, params RedisValue[] command)
    {
        while (true)
        {
            var reply = await RunAsync(command);
            if (isRight(reply))
                return reply;

            await Task.Delay(TimeSpan.FromMilliseconds(50), Ambience.Time, TestContext.Current.CancellationToken);
        }
    }

    /// <returns>The only key.</returns>
    public async Task<string> SingleKeyAsync() => Assert.Single((await RunAsync("KEYS", "*")).Items!).Text!;

    /// <summary>The number of connections, without those of the tests and of other servers.</summary>
    public async Task<int> CountClientsAsync()
    {
        var clients = (await RunAsync("CLIENT", "LIST", "TYPE", "NORMAL")).Text!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return clients.Count(line => !line.Contains($" name={TestConnection.Name} ", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Signal(SidecarProcess.Kill9);
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
        name = $"sidecar-redis-{Port}-{Environment.ProcessId}";
        var start = RedisEngine.Command(name, arguments);
        start.RedirectStandardOutput = true;
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(readySign, StringComparison.Ordinal) != false)
                ready.TrySetResult(line.Data is not null);
        };
        process.Start();
        process.BeginOutputReadLine();
        return await ready.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
