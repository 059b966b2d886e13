using Clik2pay.Sidecar.Configuration.Sources;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry.Export;

namespace Clik2pay.Sidecar;

/// <summary>The sources of settings. A later source overrides an earlier one.</summary>
internal static class SidecarConfiguration
{
    /// <summary>The sections that settings belong to.</summary>
    public static IReadOnlyList<string> Sections { get; } =
    [
        Clik2payOptions.Section,
        Clik2payOptions.ProfilesSection,
        RedisOptions.Section,
        Settings.Section,
        CallerDefinition.Section,
        RoutesFile.Section,
        MetricsOptions.Section,
        "Logging",
    ];

    /// <summary>
    /// proxy.json → appsettings.json → environment variables (<c>Section__Key</c>) → command line (<c>--Section:Key=value</c>).
    /// </summary>
    public static IConfigurationRoot Load(RoutesFile routes, IEnumerable<string> commandLine) =>
        Load(new ConfigurationBuilder().Add(routes), commandLine);

    /// <summary>The same sources without proxy.json, for a verb that needs no routes.</summary>
    public static IConfigurationRoot Load(IEnumerable<string> commandLine) => Load(new ConfigurationBuilder(), commandLine);

    private static IConfigurationRoot Load(IConfigurationBuilder builder, IEnumerable<string> commandLine) => builder
        .AddSettingsFile()
        .Add(new EnvironmentSettings(Sections))
        .AddCommandLine([.. commandLine])
        .Build();
}
