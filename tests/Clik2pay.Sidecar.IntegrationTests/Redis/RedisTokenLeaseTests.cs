using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>The lease in a Redis server.</summary>
public sealed class RedisTokenLeaseTests : IAsyncLifetime
{
    private static readonly TokenFailure Outage =
        new(FailureKind.Unavailable, "the token endpoint responded 503", TimeSpan.FromSeconds(20));

    private RedisServer server = null!;
    private RedisRig rig = null!;
    private RedisRig other = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        rig = new($"{server.Endpoint}");
        other = new($"{server.Endpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        rig.Dispose();
        other.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_that_another_replica_has_is_contended_with_its_remaining_time()
    {
        await using var acquired = await rig.AcquireAsync();
        var contended = await other.AcquireAsync();

        Assert.Equal(LeaseOutcome.Acquired, acquired.Outcome);
        Assert.Equal(LeaseOutcome.Contended, contended.Outcome);
        Assert.InRange(contended.Remaining, TimeSpan.FromSeconds(10), ITokenLease.Duration);
    }

    [Fact]
    public async Task A_released_lease_can_be_acquired_at_once()
    {
        await (await rig.AcquireAsync()).DisposeAsync();

        Assert.Equal(LeaseOutcome.Acquired, (await other.AcquireAsync()).Outcome);
    }

    [Lesson("the lock had no owner: Tyk")]
    [Fact]
    public async Task A_replica_that_lost_the_lease_does_not_release_the_next_one_and_leaves_no_note()
    {
        var lost = await rig.AcquireAsync();
        await server.RunAsync("DEL", rig.LeaseName);
        await using var next = await other.AcquireAsync();
        Assert.Equal(LeaseOutcome.Acquired, next.Outcome);

        Assert.False(await lost.ReleaseAsync(Outage));
        Assert.True(lost.WasLost);

        Assert.Equal(LeaseOutcome.Contended, (await rig.AcquireAsync()).Outcome);
        Assert.Single(rig.Log.Lines, line => line.Text.Contains("The lease expired or was removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_note_holds_other_replicas_off_until_it_expires()
    {
        Assert.True(await (await rig.AcquireAsync()).ReleaseAsync(Outage));

        var attempt = await other.AcquireAsync();

        Assert.Equal(LeaseOutcome.HeldOff, attempt.Outcome);
        Assert.Equal((Outage.Outcome, Outage.Reason), (attempt.Failure!.Outcome, attempt.Failure.Reason));
        Assert.InRange(attempt.Failure.Pause!.Value, TimeSpan.FromSeconds(10), Outage.Pause!.Value);
        await server.RunAsync("PEXPIRE", rig.NoteName, 1);
        await server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");
        Assert.Equal(LeaseOutcome.Acquired, (await other.AcquireAsync()).Outcome);
    }

    [Theory]
    [InlineData("SET", "KEY", "forged", "PX", "3600000")]
    [InlineData("SET", "KEY", "forged")]
    [InlineData("RPUSH", "KEY", "forged")]
    [InlineData("SETRANGE", "KEY", "1048576", "1 MB")]
    public async Task An_invalid_note_holds_no_replica_off(params string[] command)
    {
        await server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? rig.NoteName : word))]);

        Assert.Equal(LeaseOutcome.Acquired, (await rig.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_note_that_is_extended_or_written_again_holds_a_replica_off_once()
    {
        Assert.True(await (await rig.AcquireAsync()).ReleaseAsync(Outage with { Pause = TimeSpan.FromSeconds(1) }));
        var note = (await server.RunAsync("GET", rig.NoteName)).Bytes!;
        await server.RunAsync("PEXPIRE", rig.NoteName, 86_400_000);

        var attempt = await other.AcquireAsync();
        Assert.InRange(attempt.Failure!.Pause!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        while (attempt.Outcome == LeaseOutcome.HeldOff)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
            attempt = await other.AcquireAsync();
        }

        Assert.Equal(LeaseOutcome.Acquired, attempt.Outcome);
        await attempt.DisposeAsync();
        await server.RunAsync("SET", rig.NoteName, note, "PX", 86_400_000);
        Assert.Equal(LeaseOutcome.Acquired, (await other.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_lease_in_its_last_millisecond_is_not_extended_by_attempts_to_acquire_it()
    {
        // In the last millisecond, Redis reports 0 ms remaining. A client without pauses gets this reply in nearly every round.
        for (var round = 0; round < 50; round++)
        {
            await server.RunAsync("SET", rig.LeaseName, "dead", "PX", 20);
            var attempt = await rig.AcquireAsync();
            while (attempt.Outcome == LeaseOutcome.Contended)
            {
                Assert.InRange(attempt.Remaining, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
                attempt = await rig.AcquireAsync();
            }

            Assert.Equal(LeaseOutcome.Acquired, attempt.Outcome);
            await attempt.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_attempt_that_is_repeated_at_the_next_endpoint_after_a_lost_reply_acquires_the_lease()
    {
        await using var lossy = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.LostReply };
        using var replica = new RedisRig($"{lossy.Endpoint},{server.Endpoint}");

        Assert.Equal(LeaseOutcome.Acquired, (await replica.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_lease_that_was_acquired_with_a_lost_reply_is_acquired_by_the_next_attempt()
    {
        await using var proxy = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.LostReply };
        using var replica = new RedisRig($"{proxy.Endpoint}");
        Assert.Equal(LeaseOutcome.Unavailable, (await replica.AcquireAsync()).Outcome);
        Assert.Equal(1, (await server.RunAsync("EXISTS", rig.LeaseName)).Integer);

        proxy.Fault = ChaosFault.None;
        await using var attempt = await replica.AcquireAsync();

        Assert.Equal(LeaseOutcome.Acquired, attempt.Outcome);
        Assert.Equal(LeaseOutcome.Contended, (await replica.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_note_copied_from_another_environment_holds_no_replica_off()
    {
        using var production = new RedisRig($"{server.Endpoint}", "Production");
        await (await rig.AcquireAsync()).ReleaseAsync(Outage);
        await server.RunAsync("COPY", rig.NoteName, production.NoteName);

        Assert.Equal(LeaseOutcome.Acquired, (await production.AcquireAsync()).Outcome);
    }

    [Theory]
    [InlineData("SET", "KEY", "forged")]
    [InlineData("SET", "KEY", "forged", "PX", "86400000")]
    [InlineData("RPUSH", "KEY", "forged")]
    public async Task A_lease_without_a_valid_expiry_gets_one(params string[] command)
    {
        await server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? rig.LeaseName : word))]);

        var contended = await rig.AcquireAsync();

        Assert.Equal(LeaseOutcome.Contended, contended.Outcome);
        Assert.InRange(contended.Remaining, TimeSpan.FromSeconds(1), ITokenLease.Duration);
        Assert.InRange((await server.RunAsync("PTTL", rig.LeaseName)).Integer!.Value, 1, (long)ITokenLease.Duration.TotalMilliseconds);
    }

    [Fact]
    public async Task Without_Redis_no_lease_is_acquired_and_a_release_has_no_effect()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var replica = new RedisRig($"{redis.Endpoint}");
        var attempt = await replica.AcquireAsync();
        await redis.KillAsync();

        Assert.False(await attempt.ReleaseAsync(Outage));
        Assert.Equal(LeaseOutcome.Unavailable, (await replica.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task Of_a_hundred_concurrent_attempts_one_acquires_the_lease()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => rig.AcquireAsync().AsTask()));

        Assert.Single(attempts, attempt => attempt.Outcome == LeaseOutcome.Acquired);
        Assert.Equal(99, attempts.Count(attempt => attempt.Outcome == LeaseOutcome.Contended));
    }
}
