using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The provider accepts a token only some seconds after its token endpoint has issued it.</summary>
public sealed class NewTokenTests
{
    [Fact]
    public async Task A_scheduled_refresh_does_not_use_a_token_before_the_provider_accepts_it()
    {
        var refreshes = LongTests.Repeats(many: 5, few: 1);
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromSeconds(60));
        await rig.UseRedisAsync(hasClocks: false);

        // A refresh is due after 6 s. The new token is used only after a tenth of its lifetime, 6 s, which exceeds the 3 s below.
        var first = await rig.StartReplicaAsync(("Clik2pay:RefreshAt", "0.1"));
        var second = await rig.StartReplicaAsync(("Clik2pay:RefreshAt", "0.1"));
        await Task.Delay(TimeSpan.FromSeconds(3), SystemDefaults.Time, TestContext.Current.CancellationToken);
        rig.Provider.MinimumAge = TimeSpan.FromSeconds(3);
        await using var load = new Load([first.Caller, second.Caller], callersEach: 2, pauseMs: 20);

        var since = SystemDefaults.Time.GetTimestamp();
        var timeout = refreshes * TimeSpan.FromSeconds(40);
        while (!rig.Provider.Received.Contains(ExpiringProvider.TokenOf(1 + refreshes)))
        {
            Assert.True(SystemDefaults.Time.GetElapsedTime(since) < timeout, "The new token was not used in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, 0, 0), (load.Failed, rig.Provider.Unaccepted, rig.Provider.Expired));
        Assert.InRange(rig.TokenCalls, 1 + refreshes, 2 + refreshes);
    }
}
