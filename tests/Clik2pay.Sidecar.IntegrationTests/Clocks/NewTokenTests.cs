using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>A provider whose upstream accepts a token only some seconds after its token endpoint has issued it.</summary>
public sealed class NewTokenTests
{
    [Fact]
    public async Task A_scheduled_refresh_does_not_use_a_token_before_the_upstream_accepts_it()
    {
        var refreshes = LongTests.Repeats(many: 5, few: 1);
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromSeconds(60));
        await rig.UseRedisAsync(hasClocks: false);

        // 54 s of a token are left at its refresh, and a tenth of that is more than 3 s.
        var first = await rig.StartReplicaAsync(("Clik2pay:RefreshAt", "0.1"));
        var second = await rig.StartReplicaAsync(("Clik2pay:RefreshAt", "0.1"));
        await Task.Delay(TimeSpan.FromSeconds(3), SystemDefaults.Time, TestContext.Current.CancellationToken);
        rig.Provider.MinimumAge = TimeSpan.FromSeconds(3);
        await using var load = new Load([first.Caller, second.Caller], callersEach: 2, pauseMs: 20);

        var since = SystemDefaults.Time.GetTimestamp();
        while (!rig.Provider.Received.Contains(ExpiringProvider.TokenOf(1 + refreshes)))
        {
            Assert.True(SystemDefaults.Time.GetElapsedTime(since) < refreshes * TimeSpan.FromSeconds(40), "The new token is not used.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, 0, 0), (load.Failed, rig.Provider.Unaccepted, rig.Provider.Expired));
        Assert.InRange(rig.TokenCalls, 1 + refreshes, 2 + refreshes);
    }
}
