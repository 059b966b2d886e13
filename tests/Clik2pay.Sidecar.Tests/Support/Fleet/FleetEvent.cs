namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>What can happen to a simulated fleet.</summary>
internal enum FleetEvent
{
    Nothing,
    RedisDown,
    RedisUp,
    RedisFlushed,
    RedisSlow,
    ReplicaCutOff,
    ReplicaLosesReplies,
    ReplicaHealed,
    ReplicaStopped,
    ReplicaContinued,
    ReplicaKilled,
    ReplicaShutDown,
    ReplicaStarted,
    TokenRejected,
    EndpointDown,
    EndpointThrottles,
    EndpointSlow,
    EndpointUp,
}
