using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>Starts replicas that share a Redis server.</summary>
internal static class Replica
{
    /// <summary>Starts a process with environment variables only. It uses the routes that come with the program.</summary>
    public static SidecarProcess Start(
        RecordingUpstream upstream,
        FakeTokenEndpoint tokenEndpoint,
        RedisEndpoint redis,
        params (string Key, string Value)[] settings) =>
        SidecarProcess.Start(
            SidecarProcess.Environment(upstream, tokenEndpoint, [("Redis:ConnectionString", $"{redis}"), .. settings]), "run");

    /// <summary>Starts a complete sidecar in this process.</summary>
    public static Task<TestSidecar> StartHereAsync(
        RecordingUpstream upstream,
        FakeTokenEndpoint tokenEndpoint,
        RedisEndpoint redis,
        params (string Key, string? Value)[] settings) =>
        TestSidecar.StartAsync(upstream, tokenEndpoint, settings: [("Redis:ConnectionString", $"{redis}"), .. settings]);
}
