using System.Globalization;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Redis;

/// <summary>Where a node of a cluster says that a key is (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).</summary>
/// <param name="Endpoint">The other node.</param>
/// <param name="IsAsk">Whether only this once, and the other node has to be told so.</param>
internal sealed record ClusterRedirection(RedisEndpoint Endpoint, bool IsAsk)
{
    /// <param name="error">The error: <c>MOVED 3999 127.0.0.1:6381</c> or <c>ASK 3999 127.0.0.1:6381</c>.</param>
    /// <param name="from">Who said it: without a host of its own the redirection means this one.</param>
    /// <returns>Null when the error is no redirection.</returns>
    public static ClusterRedirection? TryRead(string error, RedisEndpoint from)
    {
        if (error.Split(' ') is not [("MOVED" or "ASK") and var kind, _, var address] || address.LastIndexOf(':') is not (>= 0 and var colon))
            return null;

        var host = address[..colon] is { Length: > 0 } named and not "?" ? named : from.Host;
        return int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && RedisEndpoint.TryCreate(host, port) is { } endpoint
            ? new(endpoint, IsAsk: kind == "ASK")
            : null;
    }
}
