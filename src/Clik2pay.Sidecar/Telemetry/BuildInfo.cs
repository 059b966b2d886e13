using System.Reflection;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>Which program this is.</summary>
internal static class BuildInfo
{
    public const string Product = "clik2pay-sidecar";

    /// <summary>Without the commit that a build may put behind a plus sign.</summary>
    public static string Version { get; } =
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
