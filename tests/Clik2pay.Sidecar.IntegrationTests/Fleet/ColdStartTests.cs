using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Processes that start at the same time and share one Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class ColdStartTests
{
    private const int Processes = 20;

    [Lesson("1,000 pods refreshed in the same second: flyteorg/flyteidl PR 262, golang/oauth2#634")]
    [Fact]
    public async Task Twenty_processes_that_start_at_once_make_one_token_call_and_leave_no_connection_to_Redis()
    {
        var runs = LongTests.Repeats(many: 20, few: 3);
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        var (calls, connections) = (new List<int>(), 0);

        for (var run = 0; run < runs; run++)
        {
            await redis.RunAsync("FLUSHALL");
            await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
            var processes = Enumerable.Range(0, Processes).Select(_ => Replica.Start(upstream, tokenEndpoint, redis.Endpoint)).ToList();
            try
            {
                foreach (var process in processes)
                    await process.WaitForLineAsync("Access token refreshed");
                calls.Add(tokenEndpoint.Calls);

                // The token is the only key once the lease is released.
                await redis.WaitForAsync(reply => reply.Integer == 1, "DBSIZE");
                connections += await redis.CountClientsAsync();
            }
            finally
            {
                foreach (var process in processes)
                    await process.DisposeAsync();
            }
        }

        var tokenCalls = string.Join(' ', calls);
        Figures.Report($"{Processes} cold processes on one Redis, {runs} runs: token calls {tokenCalls}, open connections {connections}");
        Assert.All(calls, count => Assert.Equal(1, count));
        Assert.Equal(0, connections);
    }

    [Fact]
    public async Task After_a_refresh_no_connection_to_Redis_is_open_and_Redis_contains_no_secret_in_clear_text()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.Lifetime = 5;
        await using var first = Replica.Start(upstream, tokenEndpoint, redis.Endpoint);
        await using var second = Replica.Start(upstream, tokenEndpoint, redis.Endpoint);

        for (var refresh = 0; refresh < 3; refresh++)
        {
            await first.WaitForLineAsync("Access token refreshed");
            await second.WaitForLineAsync("Access token refreshed");

            // The log line comes before the write and the release of the lease. After both, only the token is in Redis.
            await redis.WaitForAsync(
                reply => reply.Items is [var key] && key.Text!.EndsWith(":token", StringComparison.Ordinal), "KEYS", "*");
            while (await redis.CountClientsAsync() > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
            var key = await redis.SingleKeyAsync();
            var value = System.Text.Encoding.Latin1.GetString((await redis.RunAsync("GET", key)).Bytes!);
            foreach (var secret in new[] { "access_token", Secrets.Username, Secrets.Password, Secrets.ApiKey })
                Assert.DoesNotContain(secret, key + value, StringComparison.Ordinal);
        }

        Assert.InRange(tokenEndpoint.Calls, 3, 5);
    }
}
