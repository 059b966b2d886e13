namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>What Redis is visited for.</summary>
internal enum RedisOperation
{
    /// <summary>To look for the shared token. The others write: that they succeed says more of a Redis that is full or a replica.</summary>
    Read,

    /// <summary>To write the shared token, or what the verb <c>check</c> writes.</summary>
    Write,

    /// <summary>To ask for the lease.</summary>
    Acquire,

    /// <summary>To give the lease back.</summary>
    Release,

    /// <summary>To remove what was of no use.</summary>
    Discard,
}
