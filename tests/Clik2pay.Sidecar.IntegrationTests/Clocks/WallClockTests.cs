using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The wall clock is changed while requests arrive.</summary>
public sealed class WallClockTests
{
    [Fact]
    public async Task After_a_change_of_the_wall_clock_by_a_day_no_call_fails_and_at_most_one_token_call_is_made()
    {
        // Longer than the 10 s within which each replica compares its clocks.
        var observed = TimeSpan.FromSeconds(LongTests.Repeats(many: 60, few: 11));
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromHours(1));
        await rig.UseClocksAsync();
        var replica = await rig.StartReplicaAsync();
        await using var load = new Load([replica.Caller], callersEach: 2, pauseMs: 50);

        // A step forward makes the token suspect. A step back does not.
        rig.Clocks!.StepWall(TimeSpan.FromDays(1));
        await Task.Delay(observed, SystemDefaults.Time, TestContext.Current.CancellationToken);
        Assert.Equal(2, rig.TokenCalls);

        rig.Clocks!.StepWall(TimeSpan.FromDays(-2));
        await Task.Delay(observed, SystemDefaults.Time, TestContext.Current.CancellationToken);
        Assert.InRange(rig.TokenCalls, 2, 3);

        Assert.Equal((0, 0), (load.Failed, rig.Provider.Expired));
        Assert.InRange(load.Succeeded, 50, int.MaxValue);
    }
}
