namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// How an attempt to acquire the lease ended, or how the lease itself ended. The lease lets one replica at a time call the token endpoint.
/// </summary>
internal enum LeaseOutcome
{
    Acquired,

    /// <summary>Another replica owns the lease.</summary>
    Contended,

    /// <summary>
    /// Another replica's token call has just failed. No replica makes another call before the pause after the failure is over.
    /// </summary>
    HeldOff,

    /// <summary>
    /// The lease was acquired, and expired before its owner released it. This outcome is counted in addition to <see cref="Acquired"/>.
    /// </summary>
    Lost,

    /// <summary>The service that grants leases was unreachable or did not respond in time.</summary>
    Unavailable,
}
