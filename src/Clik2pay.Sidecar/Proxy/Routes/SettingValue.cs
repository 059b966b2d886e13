namespace Clik2pay.Sidecar.Proxy.Routes;

/// <summary>A setting that works, and the values that it can have.</summary>
/// <param name="isValid">Whether a text is such a value.</param>
/// <param name="expected">What is wrong with any other text and what to do, behind the key. The text itself may contain a secret.</param>
internal sealed class SettingValue(Func<string, bool> isValid, string expected) : SettingNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.GetChildren().Any())
            errors.Add($"{section.Path}: has settings below it. Write a single value.");
        else if (section.Value is { } text && !isValid(text))
            errors.Add($"{section.Path}: {expected}");
    }
}
