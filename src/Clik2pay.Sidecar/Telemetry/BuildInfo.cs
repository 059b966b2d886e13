using System.Reflection;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>The name and the version of this program.</summary>
internal static class BuildInfo
{
    public const string Product = "clik2pay-sidecar";

    /// <summary>The version without the commit that a build may add after a plus sign.</summary>
    public static string Version { get; } =
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
