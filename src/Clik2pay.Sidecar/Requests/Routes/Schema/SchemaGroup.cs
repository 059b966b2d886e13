namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>Settings with fixed names. YARP ignores unknown names, so a misspelled name is refused here.</summary>
internal sealed class SchemaGroup(params (string Name, SchemaNode Node)[] settings) : SchemaNode
{
    private readonly Dictionary<string, SchemaNode> known =
        settings.ToDictionary(setting => setting.Name, setting => setting.Node, StringComparer.OrdinalIgnoreCase);

    private string Names => string.Join(", ", known.Where(setting => setting.Value is not RefusedSetting).Select(setting => setting.Key));

    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        // An environment variable may have the name of the whole section by chance.
        if (section.Value is { Length: > 0 } && section.Path.Contains(':'))
            errors.Add($"{section.Path}: it has a value instead of settings. Write an object with {Names}.");

        foreach (var child in section.GetChildren())
        {
            if (known.TryGetValue(child.Key, out var node))
                node.Check(child, errors);
            else
                errors.Add($"{child.Path}: unknown setting. Correct or remove it. The settings are {Names}.");
        }
    }
}
