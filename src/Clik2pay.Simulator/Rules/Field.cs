using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Rules;

/// <summary>A field of a request body.</summary>
/// <param name="Name">The name in JSON.</param>
/// <param name="Type">The type of the value. An optional field also accepts null.</param>
/// <param name="Source">The source of the name and the type.</param>
internal sealed record Field(string Name, JsonType Type, Source Source)
{
    public bool IsRequired { get; init; }

    /// <summary>The source of the rule that the field is required. By default, the source of the name.</summary>
    public Source RequiredSource { get; init; } = Source;

    /// <summary>The rules for the value, in the order in which they are checked.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>The fields of the value, if <see cref="Type"/> is an object.</summary>
    public ObjectRules? Members { get; init; }

    /// <param name="parent">The object that can contain the field.</param>
    /// <param name="prefix">The path of that object, with a dot at the end; empty for the body.</param>
    /// <returns>The first violation; null if the field is valid.</returns>
    public Violation? FindViolation(JsonObject parent, string prefix)
    {
        var path = prefix + Name;
        if (!parent.TryGetPropertyValue(Name, out var value))
            return IsRequired ? new(path, "is required", RequiredSource) : null;

        if (value is null)
            return IsRequired && Type is not JsonType.Null ? new(path, "is required and must not be null", RequiredSource) : null;

        if (!HasType(value))
            return new(path, Type is JsonType.Null ? "must be null" : $"must be {Article} {TypeName}", Source);

        if (Rules.FirstOrDefault(rule => !rule.IsMet(value)) is { } violated)
            return new(path, violated.Problem, violated.Source);

        return Members?.FindViolation(value.AsObject(), path + ".");
    }

    /// <returns>The JSON Schema of the field.</returns>
    public JsonObject ToSchema()
    {
        var schema = Members?.ToSchema() ?? new JsonObject();
        schema["type"] = IsRequired ? TypeName : new JsonArray(TypeName, "null");
        Source.WriteTo(schema);

        // A rule whose source differs from that of the field gets its own schema, so that the source is visible.
        var others = new JsonArray();
        foreach (var rule in Rules)
        {
            var target = rule.Source == Source ? schema : new JsonObject();
            foreach (var (keyword, value) in rule.Keywords)
                target[keyword] = value!.DeepClone();
            if (!IsRequired && target["enum"] is JsonArray values)
                values.Add(null);
            if (target == schema)
                continue;

            rule.Source.WriteTo(target);
            others.Add((JsonNode)target);
        }

        if (others.Count > 0)
            schema["allOf"] = others;
        return schema;
    }

    private string TypeName => Type.ToString().ToLowerInvariant();

    private string Article => Type is JsonType.Object ? "an" : "a";

    private bool HasType(JsonNode value) => Type switch
    {
        JsonType.String => Rule.Text(value) is not null,
        JsonType.Number => value.GetValueKind() is JsonValueKind.Number,
        JsonType.Object => value is JsonObject,
        _ => false,
    };
}
