namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>A setting of YARP that would have no effect, or would weaken the sidecar. Everything below it is refused with it.</summary>
/// <param name="why">What to do, printed after the key.</param>
internal sealed class RefusedSetting(string why) : SettingNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.Exists())
            errors.Add($"{section.Path}: is not available. {why}");
    }
}
