using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The process is stopped, and its token expires before it continues.</summary>
public sealed class StoppedProcessTests
{
    [Fact]
    public async Task A_token_that_expired_while_the_process_was_stopped_is_not_sent()
    {
        var lifetime = TimeSpan.FromSeconds(LongTests.Repeats(many: 60, few: 4));
        await using var rig = await ClockRig.StartAsync(lifetime);
        await rig.UseRedisAsync(hasClocks: false);
        var replica = await rig.StartReplicaAsync();
        Assert.Equal(200, await replica.PostAsync());

        replica.Process.Signal(SidecarProcess.Stop);
        await Task.Delay(lifetime * 1.5, SystemDefaults.Time, TestContext.Current.CancellationToken);

        // These requests arrive before any timer of the process fires.
        var calls = Enumerable.Range(0, 10).Select(i => replica.PostAsync(i % 2 == 0 ? ClockReplica.LargeBody : 1)).ToList();
        replica.Process.Signal(SidecarProcess.Continue);

        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(200, status));
        Assert.Equal(0, rig.Provider.Expired);
        Assert.InRange(rig.TokenCalls, 2, 3);
    }
}
