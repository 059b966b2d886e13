using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Owners;

/// <summary>A process is killed while it owns the lease.</summary>
[Collection(OneByOne.Name)]
[Trait(OneByOne.Waiting, "long")]
public sealed class KilledOwnerTests
{
    [Fact]
    public async Task An_owner_killed_during_its_token_call_is_replaced_after_the_lease_expires_and_no_call_of_another_replica_fails()
    {
        var laneCount = LongTests.Repeats(many: 50, few: 10);
        var rounds = LongTests.Repeats(many: 2, few: 1);
        await using var redis = await RedisServer.StartAsync();
        using var starts = new SemaphoreSlim(4);

        var lanes = await Task.WhenAll(Enumerable.Range(0, laneCount).Select(number => RunAsync(redis, starts, number, rounds)));

        var delays = lanes.SelectMany(lane => lane.Delays).ToList();
        var (failed, succeeded) = (lanes.Sum(lane => lane.Failed), lanes.Sum(lane => lane.Succeeded));
        var (min, max, lease) = (delays.Min().TotalSeconds, delays.Max().TotalSeconds, ITokenLease.Duration.TotalSeconds);
        Figures.Report($"owner of a lease of {lease:0} s killed {delays.Count} times: new token {min:0.0} to {max:0.0} s after the kill");
        Figures.Report($"calls of other replicas after the kills: {failed} of {succeeded} failed");
        Assert.Equal(laneCount * rounds, delays.Count);
        Assert.Equal(0, failed);

        // The tests with simulated time check the exact delay. In this test, the delay also depends on the load of the machine.
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.FromSeconds(5), 2 * ITokenLease.Duration));
    }

    private static async Task<(List<TimeSpan> Delays, int Succeeded, int Failed)> RunAsync(
        RedisServer redis, SemaphoreSlim starts, int number, int rounds)
    {
        await using var lane = await KilledOwnerLane.StartAsync(redis, starts, number);
        await using var load = new Load([lane.Survivor.Caller], callersEach: 1, pauseMs: 100);
        var delays = new List<TimeSpan>();
        while (delays.Count < rounds)
        {
            if (await lane.KillOwnerAsync() is { } delay)
                delays.Add(delay);
        }

        return (delays, load.Succeeded, load.Failed);
    }
}
