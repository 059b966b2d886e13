using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// The names of the Redis keys of one token key. The braces are a hash tag, so a cluster keeps all of these keys on one node
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
/// </summary>
internal sealed class RedisKeys(RedisOptions options, TokenKey key)
{
    /// <summary>The sealed token, until it expires.</summary>
    public string Token => Name("token");

    /// <summary>The random name of the lease's owner, until the lease is released or expires.</summary>
    public string Lease => Name("lease");

    /// <summary>The sealed note about a failed token call, until a replica may call the token endpoint again.</summary>
    public string Failure => Name("failure");

    /// <summary>The fingerprints of the most recently rejected tokens.</summary>
    public string Rejected => Name("rejected");

    /// <summary>The key that the verb <c>check</c> writes and removes.</summary>
    public string Check => Name("check");

    private string Name(string what) => $"{options.KeyPrefix}{{{key.Value}}}:{what}";
}
