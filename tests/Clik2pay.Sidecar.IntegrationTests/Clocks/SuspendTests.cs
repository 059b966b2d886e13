using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The machine is suspended. CLOCK_MONOTONIC stops; the wall clock and CLOCK_BOOTTIME continue.</summary>
public sealed class SuspendTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Suspended = TimeSpan.FromSeconds(65);

    [Fact]
    public async Task A_token_that_expired_during_a_suspend_is_not_sent()
    {
        await using var rig = await ClockRig.StartAsync(Lifetime);
        await rig.UseClocksAsync();
        var replica = await rig.StartReplicaAsync();
        Assert.Equal(200, await replica.PostAsync());

        rig.Suspend(Suspended);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => replica.PostAsync(i % 2 == 0 ? ClockReplica.LargeBody : 1)));

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal((0, 2), (rig.Provider.Expired, rig.TokenCalls));
    }

    [Fact]
    public async Task A_token_that_expired_during_a_suspend_is_not_reported_and_is_replaced_without_a_request()
    {
        await using var rig = await ClockRig.StartAsync(Lifetime);
        await rig.UseClocksAsync();
        var replica = await rig.StartReplicaAsync();

        // The next scheduled refresh is 45 s later.
        var readiness = await replica.ReadReadinessAsync();
        rig.Suspend(Suspended);
        var (hasToken, isAsBefore) = (await replica.HasTokenAsync(), await replica.ReadReadinessAsync() == readiness);
        Assert.True((!hasToken && !isAsBefore) || rig.TokenCalls == 2, $"Reported: token {hasToken}, ready as before {isAsBefore}.");

        var since = SystemDefaults.Time.GetTimestamp();
        while (rig.TokenCalls < 2 || !await replica.HasTokenAsync())
        {
            var elapsed = SystemDefaults.Time.GetElapsedTime(since);
            Assert.True(elapsed < TimeSpan.FromSeconds(25), "The replica did not detect the suspend in time.");
            await DelayAsync();
        }

        Assert.Equal(readiness, await replica.ReadReadinessAsync());
        Assert.Equal(200, await replica.PostAsync());
        Assert.Equal((0, 2), (rig.Provider.Expired, rig.TokenCalls));
    }

    [Fact]
    public async Task A_token_that_expired_during_a_suspend_is_not_written_to_Redis()
    {
        await using var rig = await ClockRig.StartAsync(Lifetime);
        await rig.UseClocksAsync();
        await rig.UseRedisAsync(hasClocks: true);
        await rig.StartReplicaAsync();

        rig.Suspend(Suspended);
        Assert.False(await rig.HasSharedTokenAsync());

        // The first script shows that the replica has polled Redis. A write would follow at once.
        var before = await rig.CountScriptsAsync();
        while (await rig.CountScriptsAsync() == before)
            await DelayAsync();
        var started = await rig.StartReplicaAsync();

        Assert.Equal(200, await started.PostAsync());
        Assert.Equal((0, 2), (rig.Provider.Expired, rig.TokenCalls));
    }

    private static Task DelayAsync() =>
        Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, TestContext.Current.CancellationToken);
}
