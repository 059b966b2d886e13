using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>A virtual machine is paused. Only its wall clock advances, and that clock may be wrong.</summary>
public sealed class PausedMachineTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task The_first_call_after_a_pause_waits_for_a_new_token()
    {
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromSeconds(40));
        await rig.UseClocksAsync();
        var replica = await rig.StartReplicaAsync();
        Assert.Equal(200, await replica.PostAsync());

        rig.Clocks!.StepWall(Pause);
        rig.Provider.Advance(Pause);
        var since = SystemDefaults.Time.GetTimestamp();

        Assert.Equal(200, await replica.PostAsync());
        Assert.InRange(SystemDefaults.Time.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.Equal((0, 2), (rig.Provider.Expired, rig.TokenCalls));
    }

    [Fact]
    public async Task With_an_unresponsive_token_endpoint_a_call_waits_two_seconds_and_is_sent_with_the_suspect_token()
    {
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromHours(1));
        await rig.UseClocksAsync();
        var replica = await rig.StartReplicaAsync();
        var gate = new TaskCompletionSource();
        rig.TokenEndpoint.Gate = gate.Task;

        rig.Clocks!.StepWall(Pause);
        var since = SystemDefaults.Time.GetTimestamp();

        Assert.Equal(200, await replica.PostAsync());
        Assert.InRange(SystemDefaults.Time.GetElapsedTime(since), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
        Assert.Equal([ExpiringProvider.TokenOf(1)], rig.Provider.Received);
        Assert.Equal(2, rig.TokenCalls);
        gate.SetResult();
    }

    [Fact]
    public async Task While_the_token_endpoint_responds_503_calls_use_the_suspect_token_and_it_is_not_written_to_Redis()
    {
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromHours(1));
        await rig.UseClocksAsync();
        await rig.UseRedisAsync(hasClocks: false);
        var replica = await rig.StartReplicaAsync();
        rig.TokenEndpoint.Fault = FakeTokenEndpoint.Respond(StatusCodes.Status503ServiceUnavailable, "");

        rig.Clocks!.StepWall(Pause);
        await rig.Redis!.RunAsync("FLUSHALL");
        for (var call = 0; call < 5; call++)
            Assert.Equal(200, await replica.PostAsync());
        Assert.All(rig.Provider.Received, token => Assert.Equal(ExpiringProvider.TokenOf(1), token));

        // The replica polls Redis every 6 to 10 s.
        var since = SystemDefaults.Time.GetTimestamp();
        while (SystemDefaults.Time.GetElapsedTime(since) < TimeSpan.FromSeconds(15))
        {
            Assert.False(await rig.HasSharedTokenAsync(), "The suspect token was written to Redis.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }

        Assert.InRange(rig.TokenCalls, 2, int.MaxValue);
    }
}
