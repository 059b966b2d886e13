namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>The purpose of an operation on Redis.</summary>
internal enum RedisOperation
{
    /// <summary>
    /// Reads the shared token. All other operations write, so only their success shows that Redis accepts writes.
    /// </summary>
    Read,

    /// <summary>Writes the shared token, or the key of the verb <c>check</c>.</summary>
    Write,

    /// <summary>Tries to acquire the lease.</summary>
    Acquire,

    /// <summary>Releases the lease, and writes the failure note if the token call has failed.</summary>
    Release,

    /// <summary>Removes a value that cannot be used, or records a rejected token.</summary>
    Discard,
}
