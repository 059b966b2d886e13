namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>A part of the schema of the section <c>ReverseProxy</c>.</summary>
internal abstract class SchemaNode
{
    /// <summary>Adds a line for each setting of the section that is invalid or not available.</summary>
    public abstract void Check(IConfigurationSection section, ICollection<string> errors);
}
