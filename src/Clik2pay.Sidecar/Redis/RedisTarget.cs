using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Redis;

/// <summary>What a session connects to.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Endpoint">Its address.</param>
/// <param name="Login">Its user and password.</param>
internal sealed record RedisTarget(RedisServerKind Kind, RedisEndpoint Endpoint, RedisLogin Login);
