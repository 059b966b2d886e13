using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Rules;

/// <summary>The rules for a JSON object. Fields that are not listed are accepted and ignored.</summary>
/// <param name="Fields">The fields, in the order in which they are checked.</param>
internal sealed record ObjectRules(params IReadOnlyList<Field> Fields)
{
    /// <summary>Optional fields of which at least one is required.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>The source of the rule about <see cref="Alternatives"/>.</summary>
    public Source AlternativesSource { get; init; } = Source.Assumption;

    /// <param name="json">The object to check.</param>
    /// <param name="prefix">The path of the object, with a dot at the end; empty for the body.</param>
    /// <returns>The first violation; null if the object is valid.</returns>
    public Violation? FindViolation(JsonObject json, string prefix = "")
    {
        if (Fields.Select(field => field.FindViolation(json, prefix)).FirstOrDefault(found => found is not null) is { } violation)
            return violation;

        return Alternatives.Count > 0 && Alternatives.All(name => json[name] is null)
            ? new(prefix.TrimEnd('.'), $"must contain {string.Join(" or ", Alternatives)}", AlternativesSource)
            : null;
    }

    public JsonObject ToSchema()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(Fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.ToSchema()))),
        };
        if (Fields.Any(field => field.IsRequired))
        {
            schema["required"] = new JsonArray(
                [.. Fields.Where(field => field.IsRequired).Select(field => (JsonNode)field.Name)]);
        }

        if (Alternatives.Count > 0)
            schema["anyOf"] = new JsonArray([.. Alternatives.Select(ToAlternative)]);
        return schema;
    }

    private JsonObject ToAlternative(string name)
    {
        var property = new JsonObject { ["type"] = "string" };
        var alternative = new JsonObject
        {
            ["required"] = new JsonArray(name),
            ["properties"] = new JsonObject { [name] = property },
        };
        AlternativesSource.WriteTo(property);
        AlternativesSource.WriteTo(alternative);
        return alternative;
    }
}
