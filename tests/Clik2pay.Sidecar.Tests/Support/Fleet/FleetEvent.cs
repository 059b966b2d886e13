namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>The events of a simulated fleet.</summary>
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
