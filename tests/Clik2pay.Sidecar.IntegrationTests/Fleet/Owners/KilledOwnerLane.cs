using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Owners;

/// <summary>A fleet on a shared Redis: a replica that survives, and processes that are killed while they own the lease.</summary>
internal sealed class KilledOwnerLane : IAsyncDisposable
{
    private const string VictimKey = "victim";

    /// <summary>The victim calls the token endpoint this long before the survivor would.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    private readonly RedisServer redis;
    private readonly SemaphoreSlim starts;
    private readonly RecordingUpstream upstream;
    private readonly FakeTokenEndpoint tokenEndpoint;
    private readonly (string Key, string Value) user;

    private KilledOwnerLane(
        RedisServer redis,
        SemaphoreSlim starts,
        RecordingUpstream upstream,
        FakeTokenEndpoint tokenEndpoint,
        (string Key, string Value) user,
        TestSidecar survivor)
    {
        (this.redis, this.starts, this.upstream, this.tokenEndpoint) = (redis, starts, upstream, tokenEndpoint);
        (this.user, Survivor) = (user, survivor);
    }

    public TestSidecar Survivor { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TokenLifecycle Tokens => Survivor.Services.GetRequiredService<Profiles>().All[0].Tokens;

    private string? CurrentToken => Tokens.Current?.Value;

    private TimeSpan TimeUntilLead => Tokens.Status.DueAt - SystemDefaults.Time.GetMonotonicNow() - Lead;

    /// <param name="redis">The shared Redis.</param>
    /// <param name="starts">Limits how many processes start at once.</param>
    /// <param name="number">The number of the lane. Lanes have different usernames, so they share no token and no lease.</param>
    public static async Task<KilledOwnerLane> StartAsync(RedisServer redis, SemaphoreSlim starts, int number)
    {
        var provider = await RecordingUpstream.StartAsync();
        var endpoint = await FakeTokenEndpoint.StartAsync();
        endpoint.Lifetime = 120;
        var username = ("Clik2pay:Username", $"lane-{number}");

        // The refresh is due after a quarter of the lifetime, 30 s.
        var survivor = await Replica.StartHereAsync(provider, endpoint, redis.Endpoint, username!, ("Clik2pay:RefreshAt", "0.25"));
        await survivor.WaitForTokenAsync("access_token_1");
        return new(redis, starts, provider, endpoint, username, survivor);
    }

    public async ValueTask DisposeAsync()
    {
        await Survivor.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
        await upstream.DisposeAsync();
    }

    /// <summary>Kills a process during its token call.</summary>
    /// <returns>The time from the kill to the survivor's new token. Null if the process did not own the lease.</returns>
    public async Task<TimeSpan?> KillOwnerAsync()
    {
        // 1. Start the victim, which adopts the shared token. The upstream rejects the token in the victim's calls only.
        await starts.WaitAsync(Cancellation);
        await using var victim = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, user, ("Clik2pay:ApiKey", VictimKey));
        using var caller = new HttpClient { BaseAddress = await victim.WaitForAddressAsync() };
        await victim.WaitForLineAsync("Access token refreshed: Adopted");
        starts.Release();
        upstream.Respond = context =>
        {
            var isVictim = context.Request.Headers["x-api-key"] == VictimKey;
            context.Response.StatusCode = isVictim ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
            return Task.CompletedTask;
        };

        // 2. Shortly before the survivor's refresh is due, a call makes the victim acquire the lease and call the token endpoint.
        var untilLead = TimeSpan.Zero;
        await Tokens.WaitUntilAsync(() => (untilLead = TimeUntilLead) >= TimeSpan.Zero);
        await Task.Delay(untilLead, SystemDefaults.Time, Cancellation);
        var before = CurrentToken!;
        var (called, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        tokenEndpoint.Gate = gate.Task;
        tokenEndpoint.Called = () => called.TrySetResult();
        var call = caller.GetAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), Cancellation);
        await called.Task.WaitAsync(Cancellation);

        // 3. Kill the victim before it gets the token, and wait for the survivor's new token.
        var lease = new RedisKeys(Survivor.Services.GetRequiredService<RedisOptions>(), Tokens.Key).Lease;
        var wasOwner = (await redis.RunAsync("EXISTS", lease)).Integer == 1 && CurrentToken == before;
        victim.Signal(SidecarProcess.KillSignal);
        var killedAt = SystemDefaults.Time.GetTimestamp();
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        tokenEndpoint.Gate = Task.CompletedTask;
        tokenEndpoint.Called = null;
        await Tokens.WaitUntilAsync(() => CurrentToken != before);
        gate.SetResult();
        return wasOwner ? SystemDefaults.Time.GetElapsedTime(killedAt) : null;
    }
}
