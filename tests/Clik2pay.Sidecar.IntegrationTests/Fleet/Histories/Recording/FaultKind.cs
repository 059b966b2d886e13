namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>The kinds of faults that are injected into a fleet.</summary>
internal enum FaultKind
{
    /// <summary>No fault. All replicas must share their tokens.</summary>
    Quiet,

    /// <summary>A sidecar is killed and started again.</summary>
    KillSidecar,

    /// <summary>A sidecar is stopped and continued.</summary>
    StopSidecar,

    /// <summary>A network loses its connection to Redis and Sentinel.</summary>
    CutOffFromRedis,

    /// <summary>A network loses its connection to the master, but not to the master's replica and the Sentinel.</summary>
    CutOffFromMaster,

    /// <summary>The Sentinel is ordered to make the replica the master.</summary>
    FailOver,

    /// <summary>The master is killed. The Sentinel promotes the replica.</summary>
    KillMaster,

    /// <summary>The master is stopped and continued. While it is stopped, the Sentinel may promote the replica.</summary>
    StopMaster,

    /// <summary>Redis loses all keys.</summary>
    FlushRedis,

    /// <summary>The token endpoint responds with 503.</summary>
    FailTokenEndpoint,
}
