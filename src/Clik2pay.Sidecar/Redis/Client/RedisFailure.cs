namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>How a visit to Redis can fail.</summary>
internal enum RedisFailure
{
    /// <summary>No connection could be made, or it broke.</summary>
    Unreachable,

    /// <summary>The visit was not done in its time.</summary>
    Timeout,

    /// <summary>No TLS could be agreed on, or the server's certificate is not to be trusted. Nothing went out in clear text.</summary>
    TlsFailed,

    /// <summary>Redis refuses user or password, or does not allow the user what the sidecar needs.</summary>
    AccessDenied,

    /// <summary>Redis answers, but cannot do it now: it loads, is a replica, is full, or its cluster is down.</summary>
    NotReady,

    /// <summary>What answers does not speak as Redis does, or the command is none that it knows.</summary>
    InvalidReply,
}
