namespace Clik2pay.Sidecar.Tokens;

/// <summary>How an attempt to acquire the lease ended, or how the lease itself did.</summary>
internal enum LeaseOutcome
{
    Acquired,

    /// <summary>Another replica holds it.</summary>
    Contended,

    /// <summary>Another replica has just failed, and left a note for how long nobody is to try again.</summary>
    HeldOff,

    /// <summary>It was acquired, and ran out before it was given back.</summary>
    Lost,

    /// <summary>Whoever gives leases could not be reached, or did not answer in time.</summary>
    Unavailable,
}
