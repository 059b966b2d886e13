using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Environment variables, of which <c>Section__Key</c> is a setting. A variable that is named like a whole section, such as <c>REDIS</c>,
/// belongs to another program and is not a setting.
/// </summary>
internal sealed class EnvironmentSettings : EnvironmentVariablesConfigurationProvider, IConfigurationSource
{
    public override void Load()
    {
        base.Load();
        foreach (var section in SidecarConfiguration.Sections)
            Data.Remove(section);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
