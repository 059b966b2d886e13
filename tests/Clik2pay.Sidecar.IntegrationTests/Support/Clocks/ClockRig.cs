using System.Collections.Concurrent;
using System.Globalization;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

/// <summary>
/// Replicas that call an <see cref="ExpiringProvider"/> and may share a Redis server. The test can step the clocks of both.
/// </summary>
internal sealed class ClockRig : IAsyncDisposable
{
    private readonly ConcurrentQueue<ClockReplica> replicas = new();

    private ClockRig()
    {
    }

    public ExpiringProvider Provider { get; } = new();

    public required FakeTokenEndpoint TokenEndpoint { get; init; }

    public required RecordingUpstream Upstream { get; init; }

    /// <summary>The clocks of the replicas. Null if they use the machine's clocks.</summary>
    public SteppedClocks? Clocks { get; private set; }

    /// <summary>The clocks of Redis. Null if Redis uses the machine's clocks.</summary>
    public SteppedClocks? RedisClocks { get; private set; }

    public RedisServer? Redis { get; private set; }

    /// <summary>The number of token calls, including failed ones.</summary>
    public int TokenCalls => TokenEndpoint.Calls;

    /// <param name="lifetime">The lifetime of the tokens.</param>
    public static async Task<ClockRig> StartAsync(TimeSpan lifetime)
    {
        var rig = new ClockRig { TokenEndpoint = await FakeTokenEndpoint.StartAsync(), Upstream = await RecordingUpstream.StartAsync() };
        (rig.TokenEndpoint.Fault, rig.Upstream.RespondUnrecorded) = (rig.Provider.IssueTokenAsync, rig.Provider.RespondAsync);
        rig.Provider.Lifetime = lifetime;
        return rig;
    }

    /// <summary>Lets the test step the clocks of the replicas. Only the native program reads its clocks exclusively through libc.</summary>
    public async Task UseClocksAsync()
    {
        Assert.SkipUnless(SidecarProcess.IsPublished, "The test steps the clocks of the published program. Set TEST_SIDECAR to its path.");
        Clocks = await SteppedClocks.CreateAsync();
    }

    /// <param name="hasClocks">Whether the test steps Redis's clock.</param>
    public async Task UseRedisAsync(bool hasClocks)
    {
        if (!hasClocks)
        {
            Redis = await RedisServer.StartAsync();
            return;
        }

        RedisClocks = await SteppedClocks.CreateAsync();
        Redis = await RedisProcess.StartAsync(access: null, [], environment: RedisClocks.Variables);
    }

    /// <summary>Starts a replica, which ends with the rig. Waits until it has a token and, with Redis, until Redis has one too.</summary>
    public Task<ClockReplica> StartReplicaAsync(params (string Key, string Value)[] settings) =>
        AddAsync(SidecarProcess.Start(Environment(settings), "run"));

    /// <summary>Starts a replica with another version of the program, as <see cref="StartReplicaAsync"/> does.</summary>
    public Task<ClockReplica> StartReplicaOfAsync(string program) => AddAsync(SidecarProcess.StartOther(program, Environment(), "run"));

    /// <summary>Simulates that the machine of the replicas was suspended. The time of the provider and of Redis advances too.</summary>
    public void Suspend(TimeSpan duration)
    {
        Provider.Advance(duration);
        RedisClocks?.StepWall(duration);
        Clocks!.Suspend(duration);
    }

    /// <returns>The number of scripts that Redis has run. Each poll of a replica runs at least one.</returns>
    public async Task<int> CountScriptsAsync()
    {
        const string Calls = "cmdstat_eval:calls=";
        var text = (await Redis!.RunAsync("INFO", "commandstats")).Text!;
        var start = text.IndexOf(Calls, StringComparison.Ordinal) + Calls.Length;
        return int.Parse(text.AsSpan(start, text.IndexOf(',', start) - start), CultureInfo.InvariantCulture);
    }

    /// <returns>Whether a token is in Redis.</returns>
    public async Task<bool> HasSharedTokenAsync() => HasToken(await Redis!.RunAsync("KEYS", "*"));

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
            await replica.DisposeAsync();
        if (Redis is not null)
            await Redis.DisposeAsync();
        await TokenEndpoint.DisposeAsync();
        await Upstream.DisposeAsync();
        Clocks?.Dispose();
        RedisClocks?.Dispose();
    }

    private static bool HasToken(RedisResult keys) => keys.Items!.Any(key => key.Text!.EndsWith(":token", StringComparison.Ordinal));

    private Dictionary<string, string> Environment(params (string Key, string Value)[] settings)
    {
        if (Redis is not null)
            settings = [("Redis:ConnectionString", $"{Redis.Endpoint}"), .. settings];
        var environment = SidecarProcess.Environment(Upstream, TokenEndpoint, settings);
        foreach (var (name, value) in Clocks?.Variables ?? new Dictionary<string, string>())
            environment[name] = value;
        return environment;
    }

    private async Task<ClockReplica> AddAsync(SidecarProcess process)
    {
        var replica = await ClockReplica.StartAsync(process);
        replicas.Enqueue(replica);

        // A replica is ready before it has written its token. Without waiting, the test could change Redis before that write.
        if (Redis is not null)
            await Redis.WaitForAsync(HasToken, "KEYS", "*");
        return replica;
    }
}
