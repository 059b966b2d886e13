namespace Clik2pay.Sidecar.Redis.Failures;

/// <summary>The kinds of server that a session connects to.</summary>
internal enum RedisServerKind
{
    /// <summary>A single server, or the node of a cluster that has the keys.</summary>
    Server,

    /// <summary>Any node of a cluster. The library connects to all nodes.</summary>
    Cluster,

    Sentinel,
}
