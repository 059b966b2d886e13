namespace Clik2pay.Sidecar.Tests.Requests.Routes.Schema;

/// <summary>How the sidecar handles a setting of YARP.</summary>
/// <param name="Key">The setting, or a group of settings that is refused as a whole.</param>
/// <param name="Test">The test that proves that the setting works; null if every value is refused.</param>
/// <param name="RefusedValue">A value that is refused; null if every value works.</param>
/// <param name="AcceptedValue">A value that is accepted and has no effect that a test could observe.</param>
internal sealed record SettingDecision(string Key, string? Test = null, string? RefusedValue = null, string? AcceptedValue = null)
{
    /// <summary>The setting of the route "api" and the cluster "clik2pay".</summary>
    public string Setting(string leaf = "a") =>
        "ReverseProxy:" + Key.Replace("Routes:*", "Routes:api", StringComparison.Ordinal)
            .Replace("Clusters:*", "Clusters:clik2pay", StringComparison.Ordinal)
            .Replace("*", leaf, StringComparison.Ordinal);

    public bool Covers(string setting) => setting == Key || (Test is null && setting.StartsWith(Key + ":", StringComparison.Ordinal));
}
