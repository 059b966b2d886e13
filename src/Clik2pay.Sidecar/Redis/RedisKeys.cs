using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>The names of what is shared under one token key. The braces make a hash tag: a cluster keeps all three on one node.</summary>
internal sealed class RedisKeys(RedisOptions options, TokenKey key)
{
    /// <summary>The sealed token, for as long as it lives.</summary>
    public string Token => Name("token");

    /// <summary>Who holds the lease.</summary>
    public string Lease => Name("lease");

    /// <summary>The sealed note that an attempt has failed, for as long as nobody is to try again.</summary>
    public string Failure => Name("failure");

    /// <summary>The fingerprints of the most recently rejected tokens.</summary>
    public string Rejected => Name("rejected");

    /// <summary>What the verb <c>check</c> writes and removes.</summary>
    public string Check => Name("check");

    private string Name(string what) => $"{options.KeyPrefix}{{{key.Value}}}:{what}";
}
