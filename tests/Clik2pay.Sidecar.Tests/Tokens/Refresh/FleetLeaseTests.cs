using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>The lease in simulated fleets.</summary>
public sealed class FleetLeaseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;

    public FleetLeaseTests()
    {
        endpoint = new(simulation.Time) { Latency = Second / 2 };
        redis = new(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
    }

    [Fact]
    public void After_the_owner_of_the_lease_is_killed_another_replica_fetches_when_the_lease_expires()
    {
        endpoint.Latency = 5 * Second;
        var replicas = Start(10);
        simulation.Advance(Second, Second / 100);
        var owner = endpoint.LastCaller!;
        owner.Kill();
        var killedAt = simulation.Time.GetMonotonicNow();
        var others = replicas.Except([owner]).ToList();

        endpoint.Latency = Second / 10;
        var first = TimeSpan.Zero;
        simulation.Advance(ITokenLease.Duration + Second, Second / 100, () =>
        {
            if (first == TimeSpan.Zero && others.Exists(replica => replica.Token is not null))
                first = simulation.Time.GetMonotonicNow() - killedAt;
        });

        var (wait, lease) = (first.TotalSeconds, ITokenLease.Duration.TotalSeconds);
        Figures.Report($"owner of the lease killed in a simulated fleet of 10: new token after {wait:0.00} s, with a lease of {lease:0} s");
        Assert.InRange(first, Second, ITokenLease.Duration + Second);
        Assert.Equal(2, endpoint.Calls);
        Assert.All(others, replica => Assert.NotNull(replica.Token));
    }

    [Fact]
    public void A_replica_that_shuts_down_releases_the_lease_at_once()
    {
        endpoint.Latency = 8 * Second;
        var replicas = Start(2);
        simulation.Advance(Second, Second / 100);
        var owner = endpoint.LastCaller!;
        endpoint.Latency = Second / 10;

        owner.Shutdown();
        simulation.Advance(2 * Second, Second / 100);

        Assert.Equal("access_token_2", replicas.Single(replica => replica != owner).Token?.Value);
    }

    [Fact]
    public void A_token_written_between_the_poll_and_the_lease_is_adopted()
    {
        var store = new InProcessTokenStore(simulation.Time);
        var rig = new TokenRig(simulation, endpoint, store, new LeaseAfterWrite(store, simulation.Time));

        _ = rig.Start();

        Assert.Equal("access_token_of_another", rig.Slot.Current?.Value);
        Assert.Equal(0, endpoint.Calls);
    }

    [Fact]
    public void A_forged_lease_delays_a_new_replica_by_at_most_twice_its_duration()
    {
        simulation.Advance(Second, Second, () => { });
        var forger = new object();
        redis.Acquire(forger, out _, out _);
        var replica = Start(1)[0];

        simulation.Advance((2 * ITokenLease.Duration) + (3 * Second), Second, () =>
        {
            redis.Release(forger, failure: null);
            redis.Acquire(forger, out _, out _);
        });

        Assert.NotNull(replica.Token);
    }

    private List<SimulatedReplica> Start(int count) =>
        [.. Enumerable.Range(1, count).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed))];

    /// <summary>The previous owner writes its token and releases the lease just before this replica acquires it.</summary>
    private sealed class LeaseAfterWrite(InProcessTokenStore store, SimulatedTime time) : ITokenLease
    {
        public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
        {
            var lifetime = TimeSpan.FromHours(1);
            var token = new AccessToken("access_token_of_another", lifetime, time.GetMonotonicNow() + lifetime, key.Credentials);
            await store.WriteAsync(key, token, cancellationToken);
            return LeaseAttempt.Acquired(_ => ValueTask.FromResult(LeaseRelease.Released));
        }
    }
}
