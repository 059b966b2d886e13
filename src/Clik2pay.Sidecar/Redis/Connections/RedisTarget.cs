using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>The server that a session connects to.</summary>
/// <param name="Kind">The kind of server.</param>
/// <param name="Endpoint">The address of the server.</param>
/// <param name="Login">The user and the password to log in with.</param>
internal sealed record RedisTarget(RedisServerKind Kind, RedisEndpoint Endpoint, RedisLogin Login);
