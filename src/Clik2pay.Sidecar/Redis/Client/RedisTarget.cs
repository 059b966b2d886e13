using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>What a session connects to.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Endpoint">Its address.</param>
/// <param name="Login">Its user and password.</param>
internal sealed record RedisTarget(RedisServerKind Kind, RedisEndpoint Endpoint, RedisLogin Login);
