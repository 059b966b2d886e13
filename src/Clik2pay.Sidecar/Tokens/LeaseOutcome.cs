namespace Clik2pay.Sidecar.Tokens;

/// <summary>How an attempt to acquire the lease ended, or how the lease itself ended.</summary>
internal enum LeaseOutcome
{
    Acquired,

    /// <summary>Another replica owns the lease.</summary>
    Contended,

    /// <summary>Another replica's token call has just failed, and no replica makes another one before the pause is over.</summary>
    HeldOff,

    /// <summary>The lease was acquired, and expired before its owner released it. It is counted in addition to the acquisition.</summary>
    Lost,

    /// <summary>The service that grants leases was unreachable or did not respond in time.</summary>
    Unavailable,
}
