using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Tokens.Sharing;

/// <summary>Replicas in one process that share a store and a lease.</summary>
public sealed class SharedTokenTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly InProcessTokenStore store;
    private readonly InProcessTokenLease lease;

    public SharedTokenTests()
    {
        endpoint = new(simulation.Time) { Latency = Second };
        store = new(simulation.Time);
        lease = new(simulation.Time);
    }

    [Fact]
    public void A_hundred_replicas_that_start_together_make_one_token_call()
    {
        var rigs = Replicas(100);

        simulation.Advance(5 * Second, Second / 10);

        Assert.Equal(1, endpoint.Calls);
        Assert.All(rigs, rig => Assert.Equal("access_token_1", rig.Slot.Current?.Value));
    }

    [Fact]
    public void Ten_replicas_make_one_token_call_per_lifetime()
    {
        Replicas(10);

        simulation.Advance(TimeSpan.FromHours(24), Second);

        // 24 h / 45 min = 32, and one at the start.
        Assert.InRange(endpoint.Calls, 32, 34);
    }

    [Lesson("waiters gave up before a slow token server responded: Tyk")]
    [Fact]
    public void A_lease_that_is_never_released_delays_other_replicas_by_at_most_its_duration()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var abandoned = simulation.Start(() => lease.TryAcquireAsync(TokenRig.Key, cancellation).AsTask()).Completed();
        Assert.Equal(LeaseOutcome.Acquired, abandoned.Outcome);
        var rig = Replicas(1)[0];

        simulation.Advance(ITokenLease.Duration - Second, Second / 10);
        Assert.Equal(0, endpoint.Calls);
        simulation.Advance(3 * Second, Second / 10);

        Assert.NotNull(rig.Slot.Current);
    }

    [Lesson("the lock had no owner: Tyk")]
    [Fact]
    public async Task An_expired_lease_cannot_release_its_successor()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var expired = await lease.TryAcquireAsync(TokenRig.Key, cancellation);
        simulation.Time.Advance(ITokenLease.Duration);
        var successor = await lease.TryAcquireAsync(TokenRig.Key, cancellation);
        Assert.Equal(LeaseOutcome.Acquired, successor.Outcome);

        await expired.DisposeAsync();

        Assert.Equal(LeaseOutcome.Contended, (await lease.TryAcquireAsync(TokenRig.Key, cancellation)).Outcome);
    }

    [Lesson("the lock was never released: Tyk")]
    [Fact]
    public async Task The_lease_is_released_after_a_failure()
    {
        endpoint.Failure = new(FailureKind.Unavailable, "outage");
        Replicas(1);
        simulation.Advance(Second, Second);

        Assert.Equal(1, endpoint.Calls);
        Assert.Equal(LeaseOutcome.Acquired, (await lease.TryAcquireAsync(TokenRig.Key, TestContext.Current.CancellationToken)).Outcome);
    }

    [Lesson("an old fetch in flight overwrote the token: dograh PR 612")]
    [Fact]
    public async Task A_token_in_the_store_is_not_replaced_by_one_that_expires_earlier()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await store.WriteAsync(TokenRig.Key, Token("newer", TimeSpan.FromHours(1)), cancellation);
        await store.WriteAsync(TokenRig.Key, Token("older", TimeSpan.FromMinutes(1)), cancellation);

        Assert.Equal("newer", (await store.ReadAsync(TokenRig.Key, cancellation)).Token?.Value);
    }

    [Fact]
    public async Task The_store_returns_no_expired_token_and_no_token_of_another_key()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await store.WriteAsync(TokenRig.Key, Token("a", Second), cancellation);

        Assert.Equal(StoreReading.Empty, await store.ReadAsync(TokenRig.CreateKey("Custom:other"), cancellation));
        simulation.Time.Advance(Second);
        Assert.Equal(StoreReading.Empty, await store.ReadAsync(TokenRig.Key, cancellation));
    }

    private AccessToken Token(string value, TimeSpan remaining) =>
        new(value, TimeSpan.FromHours(1), simulation.Time.GetMonotonicNow() + remaining, TokenRig.Key.Credentials);

    private List<TokenRig> Replicas(int count)
    {
        var rigs = Enumerable.Range(0, count).Select(seed => new TokenRig(simulation, endpoint, store, lease, seed)).ToList();
        foreach (var rig in rigs)
            _ = rig.Start();
        return rigs;
    }
}
