using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Owners;

/// <summary>A process is stopped while it owns the lease. The test mostly waits, so it runs in parallel with other tests.</summary>
public sealed class StoppedOwnerTests
{
    private const string GetExpiry = """
        local clock = redis.call('TIME')
        return clock[1] * 1000 + math.floor(clock[2] / 1000) + redis.call('PTTL', KEYS[1])
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_owner_stopped_for_twice_the_lease_time_never_replaces_a_newer_token_in_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var (called, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        tokenEndpoint.Gate = gate.Task;
        tokenEndpoint.Called = () => called.TrySetResult();

        // 1. Wait until the owner's token call is in progress.
        await using var owner = Replica.Start(upstream, tokenEndpoint, redis.Endpoint);
        await called.Task.WaitAsync(Cancellation);

        // 2. Stop the owner. The token response arrives at its socket while it is stopped.
        owner.Signal(SidecarProcess.Stop);
        var stoppedAt = SystemDefaults.Time.GetTimestamp();
        tokenEndpoint.Gate = Task.CompletedTask;
        gate.SetResult();

        // 3. Wait until another replica takes over the expired lease and writes its token.
        await using var successor = await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint);
        await successor.WaitForTokenAsync("access_token_2");
        await redis.WaitForAsync(reply => reply.Items is [var key] && key.Text!.EndsWith(":token", StringComparison.Ordinal), "KEYS", "*");
        var takenOverAfter = SystemDefaults.Time.GetElapsedTime(stoppedAt);

        // 4. Monitor the stored expiry while the owner continues with its older token.
        var name = await redis.SingleKeyAsync();
        var (latest, back) = (0L, 0L);
        var end = 2 * ITokenLease.Duration;
        var isStopped = true;
        while (SystemDefaults.Time.GetElapsedTime(stoppedAt) < end + TimeSpan.FromSeconds(5))
        {
            if (isStopped && SystemDefaults.Time.GetElapsedTime(stoppedAt) > end)
            {
                owner.Signal(SidecarProcess.Continue);
                isStopped = false;
            }

            var expiry = (await redis.RunAsync("EVAL", GetExpiry, 1, name)).Integer!.Value;
            back = Math.Max(back, latest - expiry);
            latest = Math.Max(latest, expiry);
            await Task.Delay(TimeSpan.FromMilliseconds(20), SystemDefaults.Time, Cancellation);
        }

        var takeover = takenOverAfter.TotalSeconds;
        Figures.Report($"owner stopped for {end.TotalSeconds:0} s, replaced after {takeover:0.0} s: expiry set back {back} ms at most");

        // The older token expires several seconds earlier. Up to 1 s is tolerated, because time passes between TIME and PTTL.
        Assert.InRange(back, 0, 1000);
        Assert.False(isStopped);
        Assert.Equal("access_token_2", successor.Services.GetRequiredService<Profiles>().All[0].Tokens.Current?.Value);

        // The owner serves requests again.
        using var caller = new HttpClient { BaseAddress = await owner.WaitForAddressAsync() };
        using var response = await caller.GetAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), Cancellation);
        Assert.Equal(200, (int)response.StatusCode);
    }
}
