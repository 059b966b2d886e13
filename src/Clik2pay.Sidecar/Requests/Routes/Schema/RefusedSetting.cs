namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>A setting of YARP that would have no effect, or would weaken the sidecar. The settings below it are refused too.</summary>
/// <param name="remedy">What to do, printed after the key.</param>
internal sealed class RefusedSetting(string remedy) : SchemaNode
{
    public override void Check(IConfigurationSection section, ICollection<string> errors)
    {
        if (section.Exists())
            errors.Add($"{section.Path}: it is not available. {remedy}");
    }
}
