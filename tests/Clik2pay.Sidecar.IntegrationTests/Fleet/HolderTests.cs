using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Processes that die while they hold the lease.</summary>
[Collection(OneByOne.Name)]
[Trait(OneByOne.Waiting, "long")]
public sealed class HolderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_holder_killed_between_acquiring_and_writing_is_replaced_within_the_lease_time_and_no_call_fails()
    {
        var lanes = LongTests.Repeats(many: 50, few: 10);
        var rounds = LongTests.Repeats(many: 2, few: 1);
        await using var redis = await RedisServer.StartAsync();
        using var starts = new SemaphoreSlim(4);

        var deaths = await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => KillAsync(redis, starts, lane, rounds)));

        var after = deaths.SelectMany(lane => lane.After).ToList();
        Figures.Report($"holder of the lease killed {after.Count} times: a new token {after.Min().TotalSeconds:0.0} to {after.Max().TotalSeconds:0.0} s after the kill, of a lease of {ITokenLease.Duration.TotalSeconds:0} s; {deaths.Sum(lane => lane.Failed)} of {deaths.Sum(lane => lane.Succeeded)} calls failed");
        Assert.Equal(lanes * rounds, after.Count);
        Assert.Equal(0, deaths.Sum(lane => lane.Failed));

        // To the second in simulated time; here the machine has its say.
        Assert.All(after, time => Assert.InRange(time, TimeSpan.FromSeconds(5), 2 * ITokenLease.Duration));
    }

    /// <summary>One fleet of its own on the common Redis: a process that is killed with the lease, and a replica that lives on.</summary>
    private static async Task<(List<TimeSpan> After, int Succeeded, int Failed)> KillAsync(RedisServer redis, SemaphoreSlim starts, int lane, int rounds)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.Lifetime = 120;
        var user = ("Clik2pay:Username", $"lane-{lane}");

        // It is due for a refresh at a quarter of the token's life, after 30 s.
        await using var survivor = await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint, user!, ("Clik2pay:RefreshAt", "0.25"));
        await survivor.NextRefresh;
        var slot = survivor.Services.GetRequiredService<TokenSlot>();
        var loop = survivor.Services.GetRequiredService<RefreshLoop>();
        var lease = new RedisKeys(survivor.Services.GetRequiredService<RedisOptions>(), survivor.Services.GetRequiredService<TokenKey>()).Lease;
        await using var load = new Load([survivor.Caller], callersEach: 1, pauseMs: 100);
        var after = new List<TimeSpan>();
        while (after.Count < rounds)
        {
            // 1. Upstream answers the other's call with 401, so that it asks for a token while this one has one.
            await starts.WaitAsync(Cancellation);
            await using var victim = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, user, ("Clik2pay:ApiKey", "victim"));
            using var caller = new HttpClient { BaseAddress = await victim.WaitForAddressAsync() };
            await victim.WaitForLineAsync("Access token refreshed: Adopted");
            starts.Release();
            upstream.Respond = context =>
            {
                context.Response.StatusCode = context.Request.Headers["x-api-key"] == "victim" ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
                return Task.CompletedTask;
            };

            // 2. A moment before this one wants a new token too, the other gets the lease and asks for one.
            while (UntilDue() < TimeSpan.Zero)
                await survivor.NextRefresh.WaitAsync(Cancellation);
            var before = slot.Current!.Value;
            await Task.Delay(UntilDue(), SystemDefaults.Time, Cancellation);
            var (called, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
            tokenEndpoint.Gate = gate.Task;
            tokenEndpoint.Called = () => called.TrySetResult();
            var call = caller.GetAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), Cancellation);
            await called.Task.WaitAsync(Cancellation);

            // 3. It dies in the middle of its token call, and with it the call that waits for the successor of its token.
            var hadLease = (await redis.RunAsync("EXISTS", lease)).Integer == 1 && slot.Current?.Value == before;
            victim.Signal(SidecarProcess.Kill9);
            var killedAt = SystemDefaults.Time.GetTimestamp();
            await Assert.ThrowsAsync<HttpRequestException>(() => call);
            tokenEndpoint.Gate = Task.CompletedTask;
            tokenEndpoint.Called = null;
            while (slot.Current?.Value == before)
                await survivor.NextRefresh.WaitAsync(Cancellation);
            gate.SetResult();
            if (hadLease)
                after.Add(SystemDefaults.Time.GetElapsedTime(killedAt));
        }

        return (after, load.Succeeded, load.Failed);

        TimeSpan UntilDue() => loop.Status.DueAt - SystemDefaults.Time.GetMonotonicNow() - TimeSpan.FromSeconds(2);
    }
}
