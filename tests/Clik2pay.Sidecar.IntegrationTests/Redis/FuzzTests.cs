using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>
/// Mutated values in Redis, and a server that sends mutated replies instead of Redis. No value or reply is read as a token or causes a
/// crash or a hang.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Runs = LongTests.Repeats(many: 10_000, few: 2_000);

#pragma warning disable CA5394 // A seed makes a failure repeatable.
    private readonly Random random = new(20261122);
#pragma warning restore CA5394
    private readonly Mutator mutator;

    public FuzzTests() => mutator = new(random);

    [Fact]
    public async Task No_mutated_value_is_read_as_a_token()
    {
        await using var server = await RedisServer.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint}");
        await rig.WriteAsync(RedisRig.Token("the real token"));
        var real = (await server.RunAsync("GET", rig.TokenName)).Bytes!;
        var injected = 0;

        await using (var admin = await server.ConnectAsync())
        {
            var database = admin.GetDatabase();
            for (var i = 0; i < Runs; i++)
            {
                await database.StringSetAsync(rig.TokenName, mutator.Change(real), TimeSpan.FromMinutes(1));
                var reading = await rig.ReadAsync();
                injected += reading is { IsAvailable: true, Token: null } ? 0 : 1;
            }
        }

        Figures.Report($"{Runs} fuzzed values under the token's key: {injected} read as a token");
        Assert.Equal(0, injected);

        // The original value is valid.
        await server.RunAsync("SET", rig.TokenName, real, "PX", 60_000);
        Assert.Equal("the real token", (await rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task No_mutated_reply_is_read_as_a_token()
    {
        byte[][] seeds =
        [
            "*3\r\n:1700000000000\r\n:3599999\r\n$64\r\n"u8.ToArray(),
            "*1\r\n:1700000000000\r\n"u8.ToArray(),
            "%1\r\n+a\r\n|1\r\n+b\r\n#t\r\n>2\r\n+c\r\n_\r\n,1.5\r\n(123\r\n"u8.ToArray(),
            "$-1\r\n"u8.ToArray(),
            "-MOVED 3999 127.0.0.1:1\r\n"u8.ToArray(),
            "*2147483647\r\n"u8.ToArray(),
            "$9223372036854775807\r\n"u8.ToArray(),
            [.. Enumerable.Repeat("*1\r\n", 1000).SelectMany(Encoding.ASCII.GetBytes)],
            [.. "$70000\r\n"u8, .. new byte[70000]],
        ];
        await using var server = new ScriptedServer([]);
        using var rig = new RedisRig($"{server.Endpoint}");
        var (injected, slowest) = (0, TimeSpan.Zero);

        for (var i = 0; i < Runs; i++)
        {
            server.Reply = i < seeds.Length ? seeds[i] : mutator.Change(seeds[random.Next(seeds.Length)]);
            var startedAt = SystemDefaults.Time.GetTimestamp();
            injected += (await rig.ReadAsync()).Token is null ? 0 : 1;
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, SystemDefaults.Time.GetElapsedTime(startedAt).Ticks));
        }

        var (took, limit) = (slowest.TotalSeconds, RedisClient.Timeout.TotalSeconds);
        Figures.Report($"{Runs} fuzzed replies: {injected} read as a token, the slowest operation took {took:0.00} s of {limit:0} s");
        Assert.Equal(0, injected);
    }

    [Theory]
    [InlineData("*1\r\n:9223372036854775807\r\n")]
    [InlineData("*1\r\n:-9223372036854775808\r\n")]
    [InlineData("*3\r\n:1700000000000\r\n:9223372036854775807\r\n$1\r\na\r\n")]
    [InlineData("*2\r\n$1\r\na\r\n:9223372036854775807\r\n")]
    [InlineData(":9223372036854775807\r\n")]
    [InlineData(":-9223372036854775808\r\n")]
    [InlineData(":-5000\r\n")]
    [InlineData(":-52\r\n")]
    [InlineData("-LOADING\r\n")]
    [InlineData("+OK\r\n")]
    [InlineData("_\r\n")]
    public async Task A_replica_gets_its_first_token_although_Redis_sends_unusable_replies(string reply)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await Replica.StartHereAsync(upstream, tokenEndpoint, server.Endpoint);

        await sidecar.WaitForTokenAsync("access_token_1");

        Assert.DoesNotContain(sidecar.Log.Lines, line => line.Text.Contains("Please report this", StringComparison.Ordinal));
    }
}
