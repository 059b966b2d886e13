using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The settings of a replica: as a process, or in this one.</summary>
internal static class Replica
{
    /// <summary>A process, with nothing but environment variables and the routes that come with the program.</summary>
    public static SidecarProcess Start(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, RedisEndpoint redis, params (string Key, string Value)[] settings) =>
        SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, [("Redis:ConnectionString", $"{redis}"), .. settings]), "run");

    /// <summary>A whole sidecar in this process.</summary>
    public static Task<TestSidecar> StartHereAsync(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, RedisEndpoint redis, params (string Key, string? Value)[] settings) =>
        TestSidecar.StartAsync(upstream, tokenEndpoint, settings: [("Redis:ConnectionString", $"{redis}"), .. settings]);
}
