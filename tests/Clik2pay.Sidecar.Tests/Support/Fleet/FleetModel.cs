using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>A simulated fleet with a sequence of events, and the conditions that are true at any time.</summary>
internal sealed class FleetModel
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Simulation simulation = new();
    private readonly NumberingEndpoint endpoint;
    private readonly SimulatedRedis redis;
    private readonly List<SimulatedReplica> replicas = [];
    private readonly HashSet<SimulatedReplica> disturbed = [];
    private readonly HashSet<SimulatedReplica> served = [];
    private bool isEndpointUp = true;
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

    /// <summary>The conditions that were false.</summary>
    public List<string> Broken { get; } = [];

    public int TokenCalls => endpoint.Calls;

    public void Run(IEnumerable<(FleetEvent Event, int Replica, int Seconds)> schedule)
    {
        foreach (var (happening, replica, seconds) in schedule)
        {
            Happen(happening, replicas[replica % replicas.Count]);
            Pass(seconds);
        }

        Heal();
        Pass(90);
        Require(
            replicas.TrueForAll(replica => !replica.IsRunning || replica.Token is not null),
            "90 s after the last fault, every replica has a token");

        // Tokens expire after 10 min and are replaced after 7.5 min: two or three times in 15 min.
        var before = endpoint.Calls;
        Pass(900);
        Require(endpoint.Calls - before is 2 or 3, "without faults, the whole fleet makes one token call per refresh point");
    }

    private void Happen(FleetEvent happening, SimulatedReplica replica)
    {
        switch (happening)
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
                isEndpointUp = false;
                endpoint.Failure = new(FailureKind.Unavailable, "down");
                break;
            case FleetEvent.EndpointThrottles:
                isEndpointUp = false;
                endpoint.Failure = new(FailureKind.Throttled, "throttled", RetryAfter: 40 * Second);
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
            Happen(FleetEvent.ReplicaHealed, replica);
            Happen(FleetEvent.ReplicaContinued, replica);
        }

        Happen(FleetEvent.RedisUp, replicas[0]);
        Happen(FleetEvent.EndpointUp, replicas[0]);
    }

    private void Start() => replicas.Add(new(simulation, redis, endpoint, ++seed));

    private void Pass(int seconds) => simulation.Advance(seconds * Second, Second, () =>
    {
        var now = simulation.Time.GetMonotonicNow();
        foreach (var replica in replicas.Where(replica => replica.IsRunning))
        {
            if (replica.Token is { } token)
            {
                Require(endpoint.ExpiresAt[token.Value] > now, "no replica has a token that has expired");
                served.Add(replica);
            }
            else if (isEndpointUp && !disturbed.Contains(replica))
            {
                Require(
                    !served.Contains(replica),
                    "while the token endpoint responds, no fault of Redis or of other replicas leaves a replica without its token");
            }
        }

        if (redis.Value is { } shared && redis.ExpiresAt > now)
        {
            Require(redis.ExpiresAt <= endpoint.ExpiresAt[shared], "the shared token has no later expiry than at the provider");
            var isAllowed = redis.ExpiresAt >= storedExpiry || shared == storedToken || redis.Rejected.Contains(storedToken!);
            Require(isAllowed, "no token in the store is replaced by one that expires earlier, except a rejected one");
            (storedToken, storedExpiry) = (shared, redis.ExpiresAt);
        }
    });

    private void Require(bool condition, string what)
    {
        if (!condition && !Broken.Contains(what, StringComparer.Ordinal))
            Broken.Add(what);
    }
}
