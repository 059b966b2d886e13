using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Clik2pay.Sidecar.Configuration.Sources;

/// <summary>
/// Reads environment variables. <c>Section__Key</c> is a setting. A variable with the name of a whole section, such as <c>REDIS</c>,
/// belongs to another program and is ignored.
/// </summary>
/// <param name="sections">The names of the sections that settings belong to.</param>
internal sealed class EnvironmentSettings(IReadOnlyList<string> sections) : EnvironmentVariablesConfigurationProvider, IConfigurationSource
{
    public override void Load()
    {
        base.Load();
        foreach (var section in sections)
            Data.Remove(section);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
