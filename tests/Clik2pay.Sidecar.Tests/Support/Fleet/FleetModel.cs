using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>A simulated fleet with a sequence of events, and the conditions that must be true at any time.</summary>
internal sealed class FleetModel
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;
    private readonly List<SimulatedReplica> replicas = [];

    /// <summary>Replicas that may have no token, because they were stopped or shut down, or got a 401.</summary>
    private readonly HashSet<SimulatedReplica> disturbed = [];

    /// <summary>Replicas that have had a token.</summary>
    private readonly HashSet<SimulatedReplica> served = [];

    private bool hasEndpointFailed;
    private string? storedToken;
    private TimeSpan storedExpiry;
    private int seed;

    public FleetModel(int replicas)
    {
        endpoint = new(simulation.Time) { Latency = Second / 5, Lifetime = TimeSpan.FromMinutes(10) };
        redis = new(simulation.Time) { Latency = TimeSpan.FromMilliseconds(2) };
        for (var i = 0; i < replicas; i++)
            Start();
    }

    /// <summary>The conditions that were false at some time.</summary>
    public List<string> ViolatedConditions { get; } = [];

    public int TokenCalls => endpoint.Calls;

    public void Run(IEnumerable<(FleetEvent Event, int Replica, int Seconds)> schedule)
    {
        foreach (var (fleetEvent, replica, seconds) in schedule)
        {
            Apply(fleetEvent, replicas[replica % replicas.Count]);
            LetTimePass(seconds);
        }

        Heal();
        LetTimePass(90);
        Require(
            replicas.TrueForAll(replica => !replica.IsRunning || replica.Token is not null),
            "90 s after the last fault, every replica has a token");

        // Tokens expire after 10 min and are replaced after 7.5 min: two or three times in 15 min.
        var before = endpoint.Calls;
        LetTimePass(900);
        Require(endpoint.Calls - before is 2 or 3, "without faults, the whole fleet makes one token call per refresh point");
    }

    private void Apply(FleetEvent fleetEvent, SimulatedReplica replica)
    {
        switch (fleetEvent)
        {
            case FleetEvent.RedisDown:
                redis.IsDown = true;
                break;
            case FleetEvent.RedisUp:
                (redis.IsDown, redis.Latency) = (false, TimeSpan.FromMilliseconds(2));
                break;
            case FleetEvent.RedisFlushed:
                redis.Flush();
                storedExpiry = TimeSpan.Zero;
                break;
            case FleetEvent.RedisSlow:
                redis.Latency = Second;
                break;
            case FleetEvent.ReplicaCutOff:
                replica.Link.IsCut = true;
                break;
            case FleetEvent.ReplicaLosesReplies:
                replica.Link.LosesReplies = true;
                break;
            case FleetEvent.ReplicaHealed:
                (replica.Link.IsCut, replica.Link.LosesReplies) = (false, false);
                break;
            case FleetEvent.ReplicaStopped:
                disturbed.Add(replica);
                replica.Stop();
                break;
            case FleetEvent.ReplicaContinued:
                replica.Continue();
                break;
            case FleetEvent.ReplicaKilled:
                replica.Kill();
                Start();
                break;
            case FleetEvent.ReplicaShutDown:
                replica.Shutdown();
                disturbed.Add(replica);
                Start();
                break;
            case FleetEvent.ReplicaStarted:
                Start();
                break;
            case FleetEvent.TokenRejected when replica is { IsRunning: true, Token: { } token }:
                disturbed.Add(replica);
                replica.Reject(token);
                break;
            case FleetEvent.EndpointDown:
                hasEndpointFailed = true;
                endpoint.Failure = new(FailureKind.Unavailable, "down");
                break;
            case FleetEvent.EndpointThrottles:
                hasEndpointFailed = true;
                endpoint.Failure = new(FailureKind.Throttled, "throttled", Pause: 40 * Second);
                break;
            case FleetEvent.EndpointSlow:
                endpoint.Latency = 9 * Second;
                break;
            case FleetEvent.EndpointUp:
                (endpoint.Failure, endpoint.Latency) = (null, Second / 5);
                break;
        }
    }

    private void Heal()
    {
        foreach (var replica in replicas)
        {
            Apply(FleetEvent.ReplicaHealed, replica);
            Apply(FleetEvent.ReplicaContinued, replica);
        }

        Apply(FleetEvent.RedisUp, replicas[0]);
        Apply(FleetEvent.EndpointUp, replicas[0]);
    }

    private void Start() => replicas.Add(new(simulation, redis, endpoint, ++seed));

    private void LetTimePass(int seconds) => simulation.Advance(seconds * Second, Second, () =>
    {
        var now = simulation.Time.GetMonotonicNow();
        foreach (var replica in replicas.Where(replica => replica.IsRunning))
        {
            if (replica.Token is { } token)
            {
                Require(endpoint.ExpiresAt[token.Value] > now, "no replica has a token that has expired");
                served.Add(replica);
            }
            else if (!hasEndpointFailed && !disturbed.Contains(replica))
            {
                Require(
                    !served.Contains(replica),
                    "until the token endpoint fails, no fault of Redis or of other replicas leaves a replica without a token");
            }
        }

        if (redis.Value is { } shared && redis.ExpiresAt > now)
        {
            Require(redis.ExpiresAt <= endpoint.ExpiresAt[shared], "the shared token expires no later than at the provider");
            var isAllowed = redis.ExpiresAt >= storedExpiry || shared == storedToken || redis.Rejected.Contains(storedToken!);
            Require(isAllowed, "no token in the store is replaced by one that expires earlier, except a rejected token");
            (storedToken, storedExpiry) = (shared, redis.ExpiresAt);
        }
    });

    private void Require(bool condition, string what)
    {
        if (!condition && !ViolatedConditions.Contains(what, StringComparer.Ordinal))
            ViolatedConditions.Add(what);
    }
}
