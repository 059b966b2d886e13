namespace Clik2pay.Sidecar.Tokens;

/// <summary>How an attempt to acquire the lease ended.</summary>
internal enum LeaseOutcome
{
    Acquired,

    /// <summary>Another replica holds it.</summary>
    Contended,
}
