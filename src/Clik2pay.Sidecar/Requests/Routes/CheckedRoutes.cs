using Clik2pay.Sidecar.Requests.Routes.Schema;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Merges the section <c>ReverseProxy</c> of all configuration sources, and passes it to YARP if every setting in the section is valid.
/// YARP silently ignores unknown settings, and edits with values that it cannot convert.
/// </summary>
internal sealed class CheckedRoutes : ConfigurationProvider, IConfigurationSource, IDisposable
{
    private readonly IConfigurationSection section;
    private readonly SchemaNode schema;
    private readonly IDisposable subscription;

    public CheckedRoutes(IConfigurationSection section, SchemaNode schema)
    {
        (this.section, this.schema) = (section, schema);
        subscription = ChangeToken.OnChange(section.GetReloadToken, Reload);
    }

    /// <summary>Called with the reason when an edit is refused here.</summary>
    public Action<string>? OnRefused { get; set; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() =>
        Data = section.AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Key.Length > 0)
            .ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the settings that are invalid or not available.</summary>
    /// <returns>One line for each such setting.</returns>
    public IReadOnlyList<string> FindErrors()
    {
        var errors = new List<string>();
        schema.Check(section, errors);
        return errors;
    }

    public void Dispose() => subscription.Dispose();

    private void Reload()
    {
        if (FindErrors() is { Count: > 0 } errors)
        {
            OnRefused?.Invoke(string.Join(' ', errors));
            return;
        }

        Load();
        OnReload();
    }
}
