using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The clock of Redis is changed while a fleet shares a token through it.</summary>
public sealed class RedisClockTests
{
    private const double RefreshAt = 0.9;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(LongTests.Repeats(many: 60, few: 32));

    /// <summary>A step back by less than the token's age. The key's time to live stays below the token's lifetime.</summary>
    private static readonly TimeSpan SmallStep = TimeSpan.FromSeconds(LongTests.Repeats(many: 20, few: 8));

    /// <summary>The time within which each replica that polls Redis has polled it at least once.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(LongTests.Repeats(many: 15, few: 13));

    /// <summary>Longer than the lifetime of the first token. The long run also covers several later tokens.</summary>
    private static readonly TimeSpan Observed = Lifetime * (LongTests.Repeats(many: 4, few: 1) + 0.15);

    [Fact]
    public async Task After_a_change_of_the_Redis_clock_at_most_one_more_token_call_is_made_and_no_expired_token_is_sent()
    {
        var steps = new[] { TimeSpan.FromHours(-1), TimeSpan.FromHours(1), -SmallStep };

        // Each step has its own fleet and Redis, so all of them can run at the same time.
        var reports = await Task.WhenAll(steps.Select(StepAsync));

        foreach (var report in reports)
            Figures.Report($"{report}");
        Assert.All(reports, report => Assert.True(report.IsGood, $"{report}"));
    }

    private static async Task<StepReport> StepAsync(TimeSpan step)
    {
        await using var rig = await ClockRig.StartAsync(Lifetime);
        await rig.UseRedisAsync(hasClocks: true);
        var issued = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.TokenEndpoint.Called = () => issued.TrySetResult(SystemDefaults.Time.GetTimestamp());
        var replicas = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync(rig)));
        var load = new Load(replicas.Select(replica => replica.Caller), callersEach: 1, pauseMs: 200);
        var since = await issued.Task;
        int before;
        Load moreLoad;

        await using (load)
        {
            await DelayUntilAsync(SmallStep + TimeSpan.FromSeconds(1));
            before = rig.TokenCalls;
            rig.RedisClocks!.StepWall(step);

            // A replica that starts now adopts the token with the expiry that Redis reports.
            await DelayUntilAsync(SmallStep + TimeSpan.FromSeconds(1) + Settled);
            var started = await StartAsync(rig);
            moreLoad = new Load([started.Caller], callersEach: 1, pauseMs: 200);
            await using (moreLoad)
                await DelayUntilAsync(Observed);
        }

        return new(step)
        {
            TokenCallsBefore = before,
            TokenCallsAfter = rig.TokenCalls - before,

            // The jitter of the refresh point is half a percent of the lifetime.
            AllowedAfter = 1 + (int)(SystemDefaults.Time.GetElapsedTime(since) / (Lifetime * (RefreshAt - 0.005))),
            Expired = rig.Provider.Expired,
            Failed = load.Failed + moreLoad.Failed,
            Succeeded = load.Succeeded + moreLoad.Succeeded,
        };

        Task DelayUntilAsync(TimeSpan age)
        {
            var remaining = age - SystemDefaults.Time.GetElapsedTime(since);
            var delay = remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
            return Task.Delay(delay, SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }

    private static Task<ClockReplica> StartAsync(ClockRig rig) =>
        rig.StartReplicaAsync(("Clik2pay:RefreshAt", RefreshAt.ToString(CultureInfo.InvariantCulture)));
}
