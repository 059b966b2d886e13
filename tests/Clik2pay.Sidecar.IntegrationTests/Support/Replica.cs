using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The settings of a replica: as a process, or in this one.</summary>
internal static class Replica
{
    /// <summary>A process, with nothing but environment variables and the routes that come with the program.</summary>
    public static SidecarProcess Start(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, RedisEndpoint redis, params (string Key, string Value)[] settings)
    {
        var environment = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!, StringComparer.Ordinal);
        environment["Redis__ConnectionString"] = $"{redis}";
        foreach (var (key, value) in settings)
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return SidecarProcess.Start(environment, "run");
    }

    /// <summary>A whole sidecar in this process.</summary>
    public static Task<TestSidecar> StartHereAsync(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, RedisEndpoint redis, params (string Key, string? Value)[] settings) =>
        TestSidecar.StartAsync(upstream, tokenEndpoint, settings: [("Redis:ConnectionString", $"{redis}"), .. settings]);
}
