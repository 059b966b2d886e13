using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Versions;

/// <summary>During a rolling update, replicas of two versions share one Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class OldAndNewFleetTests
{
    private const string OldCommit = "516c699";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(40);

    /// <summary>The minimum time between two refreshes: three quarters of the lifetime less the jitter of half a percent.</summary>
    private static readonly TimeSpan RefreshInterval = Lifetime * 0.745;

    [Fact]
    public async Task Old_and_new_replicas_share_one_token_without_errors()
    {
        var isLong = Environment.GetEnvironmentVariable("TEST_LONG") == "1";
        Assert.SkipUnless(isLong, "This test builds an earlier version. Set TEST_LONG=1 to run it.");
        using var old = await OldProgram.BuildAsync(OldCommit);
        await using var rig = await ClockRig.StartAsync(Lifetime);
        await rig.UseRedisAsync(hasClocks: false);
        var replicas = new[]
        {
            await rig.StartReplicaOfAsync(old.File),
            await rig.StartReplicaAsync(),
            await rig.StartReplicaOfAsync(old.File),
            await rig.StartReplicaAsync(),
        };
        var since = SystemDefaults.Time.GetTimestamp();
        await using var load = new Load(replicas.Select(replica => replica.Caller), callersEach: 1, pauseMs: 50);

        // 1. The replicas share their tokens over several lifetimes.
        await WaitAsync(() => rig.TokenCalls == 6);
        var before = rig.TokenCalls;
        Assert.InRange(before, 5, 1 + (int)(SystemDefaults.Time.GetElapsedTime(since) / RefreshInterval));

        // 2. A token is revoked. The replicas of both versions use the next one.
        var revoked = ExpiringProvider.TokenOf(before);
        await WaitAsync(() => rig.Provider.Received.TakeLast(40).All(token => token == revoked));
        rig.Provider.Revoke(revoked);
        await WaitAsync(() => rig.Provider.Received.TakeLast(40).All(token => token != revoked));
        Assert.InRange(rig.TokenCalls, before + 1, before + 2);

        Assert.Equal((0, 0), (load.Failed, rig.Provider.Expired));
        Assert.InRange(load.Succeeded, 1000, int.MaxValue);
        foreach (var replica in replicas)
        {
            Assert.Equal("0", await replica.ReadMetricAsync("clik2pay_sidecar_store_foreign_values_total"));
            Assert.DoesNotContain("Redis cannot be used", replica.Process.Text(), StringComparison.Ordinal);
        }

        Figures.Report(
            $"2 replicas of {OldCommit} and 2 of this version on one Redis: {rig.TokenCalls} token calls, {load.Succeeded} requests");
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var since = SystemDefaults.Time.GetTimestamp();
        while (!condition())
        {
            Assert.True(SystemDefaults.Time.GetElapsedTime(since) < 8 * Lifetime, "The condition was not met in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }
}
