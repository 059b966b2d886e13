namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>A setting that works, and the values that it can have.</summary>
/// <param name="isValid">Whether a value is valid.</param>
/// <param name="expected">The error and the remedy, printed after the key. The value itself may contain a secret.</param>
internal sealed class SettingValue(Func<string, bool> isValid, string expected) : SettingNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.GetChildren().Any())
            errors.Add($"{section.Path}: must be a single value.");
        else if (!isValid(section.Value ?? ""))
            errors.Add($"{section.Path}: {expected}");
    }
}
