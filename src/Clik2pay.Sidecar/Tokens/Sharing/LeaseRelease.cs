namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>How the release of a lease ended.</summary>
internal enum LeaseRelease
{
    /// <summary>The lease was released, or it could not be released and will expire. Nothing was stored for other replicas.</summary>
    Released,

    /// <summary>The lease was released, and other replicas can read the failure.</summary>
    NoteShared,

    /// <summary>The lease had expired before.</summary>
    Lost,
}
