using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Options;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>A Redis server for one test, on a free port.</summary>
/// <param name="access">The address of the server, and how the test logs in.</param>
internal abstract class RedisServer(RedisOptions access) : IAsyncDisposable
{
    public RedisEndpoint Endpoint => access.Endpoints.Single();

    public int Port => Endpoint.Port;

    /// <summary>Starts redis-server if it is installed, otherwise an image. To stop or kill it, use <see cref="RedisProcess"/>.</summary>
    /// <param name="settings">Lines of the configuration file.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings) =>
        RedisProcess.IsInstalled
            ? await RedisProcess.StartAsync(settings)
            : await RedisImage.StartAsync(RedisImage.DefaultImage, settings);

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
    public async Task<RedisResult> WaitForAsync(Func<RedisResult, bool> condition, params RedisValue[] command)
    {
        while (true)
        {
            var reply = await RunAsync(command);
            if (condition(reply))
                return reply;

            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }

    /// <returns>The only key.</returns>
    public async Task<string> SingleKeyAsync() => Assert.Single((await RunAsync("KEYS", "*")).Items!).Text!;

    /// <summary>Counts the connections of clients, without those of the tests.</summary>
    public async Task<int> CountClientsAsync()
    {
        var clients = (await RunAsync("CLIENT", "LIST", "TYPE", "NORMAL")).Text!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return clients.Count(line => !line.Contains($" name={TestConnection.Name} ", StringComparison.Ordinal));
    }

    public abstract ValueTask DisposeAsync();
}
