using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>The lease in a real Redis.</summary>
public sealed class RedisTokenLeaseTests : IAsyncLifetime
{
    private static readonly TokenFailure Outage = new(RefreshOutcome.Unavailable, "the token endpoint answered 503", TimeSpan.FromSeconds(20));

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
    public async Task One_holds_it_and_the_others_know_for_how_long_at_most()
    {
        await using var held = await rig.AcquireAsync();
        var contended = await other.AcquireAsync();

        Assert.Equal(LeaseOutcome.Acquired, held.Outcome);
        Assert.Equal(LeaseOutcome.Contended, contended.Outcome);
        Assert.InRange(contended.Remaining, TimeSpan.FromSeconds(10), ITokenLease.Duration);
    }

    [Fact]
    public async Task It_is_free_at_once_when_it_is_given_back()
    {
        await (await rig.AcquireAsync()).DisposeAsync();

        Assert.Equal(LeaseOutcome.Acquired, (await other.AcquireAsync()).Outcome);
    }

    [Lesson("the lock had no owner: Tyk")]
    [Fact]
    public async Task Who_has_lost_it_neither_gives_back_the_next_ones_nor_leaves_a_note()
    {
        var lost = await rig.AcquireAsync();
        await server.RunAsync("DEL", rig.LeaseName);
        await using var next = await other.AcquireAsync();
        Assert.Equal(LeaseOutcome.Acquired, next.Outcome);

        Assert.False(await lost.ReleaseAsync(Outage));

        Assert.Equal(LeaseOutcome.Contended, (await rig.AcquireAsync()).Outcome);
        Assert.Single(rig.Log.Lines, line => line.Text.Contains("The lease ran out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_is_told_to_the_others_for_as_long_as_it_says()
    {
        Assert.True(await (await rig.AcquireAsync()).ReleaseAsync(Outage));

        var attempt = await other.AcquireAsync();

        Assert.Equal(LeaseOutcome.HeldOff, attempt.Outcome);
        Assert.Equal((Outage.Outcome, Outage.Reason), (attempt.Failure!.Outcome, attempt.Failure.Reason));
        Assert.InRange(attempt.Failure.RetryAfter!.Value, TimeSpan.FromSeconds(10), Outage.RetryAfter!.Value);
        await server.RunAsync("PEXPIRE", rig.NoteName, 1);
        await server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");
        Assert.Equal(LeaseOutcome.Acquired, (await other.AcquireAsync()).Outcome);
    }

    [Theory]
    [InlineData("SET", "KEY", "forged", "PX", "3600000")]
    [InlineData("SET", "KEY", "forged")]
    [InlineData("RPUSH", "KEY", "forged")]
    [InlineData("SETRANGE", "KEY", "1048576", "1 MB")]
    public async Task Somebody_elses_note_holds_nobody_off(params string[] command)
    {
        await server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? rig.NoteName : word))]);

        Assert.Equal(LeaseOutcome.Acquired, (await rig.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_note_that_somebody_prolongs_or_puts_there_again_holds_nobody_off_for_longer()
    {
        Assert.True(await (await rig.AcquireAsync()).ReleaseAsync(Outage with { RetryAfter = TimeSpan.FromSeconds(1) }));
        var note = (await server.RunAsync("GET", rig.NoteName)).Bytes!;
        await server.RunAsync("PEXPIRE", rig.NoteName, 86_400_000);

        var attempt = await other.AcquireAsync();
        Assert.InRange(attempt.Failure!.RetryAfter!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
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
    public async Task A_lease_at_its_very_end_is_not_prolonged_by_those_who_wait_for_it()
    {
        // Redis says 0 ms left in the last one, which a client that asks all the time meets nearly always.
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
    public async Task Who_asks_twice_because_an_answer_was_lost_does_not_contend_with_himself()
    {
        await using var halfOpen = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.LostReply };
        using var twoWays = new RedisRig($"{halfOpen.Endpoint},{server.Endpoint}");

        Assert.Equal(LeaseOutcome.Acquired, (await twoWays.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task Who_was_given_it_by_an_answer_that_was_lost_is_given_it_again()
    {
        await using var way = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.LostReply };
        using var unlucky = new RedisRig($"{way.Endpoint}");
        Assert.Equal(LeaseOutcome.Unavailable, (await unlucky.AcquireAsync()).Outcome);
        Assert.Equal(1, (await server.RunAsync("EXISTS", rig.LeaseName)).Integer);

        way.Fault = ChaosFault.None;
        await using var attempt = await unlucky.AcquireAsync();

        Assert.Equal(LeaseOutcome.Acquired, attempt.Outcome);
        Assert.Equal(LeaseOutcome.Contended, (await unlucky.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task A_note_copied_from_other_credentials_holds_nobody_off()
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
    public async Task A_lease_without_an_end_gets_one(params string[] command)
    {
        await server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? rig.LeaseName : word))]);

        var contended = await rig.AcquireAsync();

        Assert.Equal(LeaseOutcome.Contended, contended.Outcome);
        Assert.InRange(contended.Remaining, TimeSpan.FromSeconds(1), ITokenLease.Duration);
        Assert.InRange((await server.RunAsync("PTTL", rig.LeaseName)).Integer!.Value, 1, (long)ITokenLease.Duration.TotalMilliseconds);
    }

    [Fact]
    public async Task Without_Redis_there_is_no_lease_and_giving_one_back_does_no_harm()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var replica = new RedisRig($"{redis.Endpoint}");
        var held = await replica.AcquireAsync();
        await redis.KillAsync();

        Assert.False(await held.ReleaseAsync(Outage));
        Assert.Equal(LeaseOutcome.Unavailable, (await replica.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task Of_a_hundred_that_ask_at_once_one_gets_it()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => rig.AcquireAsync().AsTask()));

        Assert.Single(attempts, attempt => attempt.Outcome == LeaseOutcome.Acquired);
        Assert.Equal(99, attempts.Count(attempt => attempt.Outcome == LeaseOutcome.Contended));
    }
}
