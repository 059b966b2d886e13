namespace Clik2pay.Sidecar.Configuration;

/// <summary>Where settings come from; a later source wins over an earlier one.</summary>
internal static class SidecarConfiguration
{
    /// <summary>proxy.json → appsettings.json → environment variables (<c>Section__Key</c>) → command line (<c>--Section:Key=value</c>).</summary>
    public static IConfigurationRoot Load(RoutesFile routes, IEnumerable<string> commandLine) => new ConfigurationBuilder()
        .Add(routes)
        .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .AddCommandLine([.. commandLine])
        .Build();
}
