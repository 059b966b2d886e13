namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>A setting with a single value, and the check of that value.</summary>
/// <param name="isValid">Whether a value is valid.</param>
/// <param name="error">The error and the remedy, printed after the key. The value itself may contain a secret.</param>
internal sealed class SchemaValue(Func<string, bool> isValid, string error) : SchemaNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.GetChildren().Any())
            errors.Add($"{section.Path}: it must be a single value.");
        else if (!isValid(section.Value ?? ""))
            errors.Add($"{section.Path}: it {error}");
    }
}
