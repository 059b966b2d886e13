namespace Clik2pay.Sidecar.Redis.Failures;

/// <summary>The kinds of failure of an operation on Redis.</summary>
internal enum RedisFailure
{
    /// <summary>No connection was established, it ended before the reply was complete, or the failure is of no other kind.</summary>
    Unreachable,

    /// <summary>The operation did not complete within 2 s, the limit for an operation.</summary>
    Timeout,

    /// <summary>
    /// The TLS handshake failed, a certificate is not trusted, or a file with certificates is invalid. Nothing was sent in clear text.
    /// </summary>
    TlsFailed,

    /// <summary>
    /// Redis refuses the user or the password, or denies the user a command or key that the sidecar needs. The kind is also used if a file
    /// with the user or the password cannot be used.
    /// </summary>
    AccessDenied,

    /// <summary>
    /// Redis responds, but cannot run the operation now. For example, Redis is loading its data, is a replica or is full, or the cluster is
    /// down.
    /// </summary>
    NotReady,

    /// <summary>The server does not reply as Redis does, or does not have a command or the database.</summary>
    InvalidReply,
}
