namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>
/// A list, or entries with names that the user chooses. YARP silently ignores a single value, so a restriction to some methods or hosts
/// would have no effect.
/// </summary>
internal sealed class SchemaMap(SchemaNode entry) : SchemaNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.Value is not null)
            errors.Add($"{section.Path}: it is empty or has a single value. Write a list, for example [\"VALUE\"], or an object.");

        foreach (var child in section.GetChildren())
            entry.Check(child, errors);
    }
}
