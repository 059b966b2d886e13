using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>A call to a Lua script.</summary>
/// <param name="Text">The script.</param>
/// <param name="Keys">At least one. All have the same hash tag.</param>
/// <param name="Values">The arguments.</param>
/// <param name="FirstKeySuffices">
/// Whether the script can run with its first key alone. While a cluster moves a slot, a node refuses a command with several keys
/// (TRYAGAIN) if the keys are on two nodes.
/// </param>
internal sealed record RedisScript(string Text, RedisKey[] Keys, RedisValue[] Values, bool FirstKeySuffices = false);
