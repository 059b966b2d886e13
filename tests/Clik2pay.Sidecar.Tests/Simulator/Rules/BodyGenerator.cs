using System.Globalization;
using System.Text.Json.Nodes;

namespace Clik2pay.Sidecar.Tests.Simulator.Rules;

/// <summary>
/// Generates request bodies from a JSON Schema: about half of them valid, the others with one or more values that are near a limit, of
/// another type, or missing.
/// </summary>
internal sealed class BodyGenerator(JsonObject schemas, Random random)
{
    private static readonly string[] Odd =
        ["null", "true", "0", "-1", "12.345", "\"\"", "\"text\"", "[]", "{}", "[null]", "\"12.5\"", "1e30", "\"2-30\"", "{\"a\":{}}"];

    private double oddity;

    /// <param name="schema">The name of the schema.</param>
    /// <returns>A body in JSON.</returns>
    public string Generate(string schema)
    {
        oddity = random.Next(2) == 0 ? 0 : 0.15;
        return Generate(schemas[schema]!.AsObject())?.ToJsonString() ?? "null";
    }

    private JsonNode? Generate(JsonObject schema)
    {
        if (random.NextDouble() < oddity)
            return JsonNode.Parse(Odd[random.Next(Odd.Length)]);

        var types = schema["type"] is JsonArray several ? [.. several.Select(type => (string)type!)] : new[] { (string)schema["type"]! };
        return types[random.Next(types.Length)] switch
        {
            "object" => GenerateObject(schema),
            "string" => GenerateText(schema),
            "number" => GenerateNumber(schema),
            "null" => null,
            var type => throw new InvalidOperationException($"The generator does not know the type {type}."),
        };
    }

    private JsonObject GenerateObject(JsonObject schema)
    {
        var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToHashSet(StringComparer.Ordinal);

        // One of the alternatives is chosen to be present.
        if (schema["anyOf"] is JsonArray alternatives)
            required.Add((string)alternatives[random.Next(alternatives.Count)]!["required"]![0]!);

        var json = new JsonObject();
        foreach (var (name, value) in schema["properties"]!.AsObject())
        {
            var isPresent = required.Contains(name) ? random.NextDouble() >= oddity / 3 : random.Next(2) == 0;
            if (isPresent)
                json[name] = Generate(value!.AsObject()) ?? (required.Contains(name) ? GenerateNotNull(value!.AsObject()) : null);
        }

        if (random.Next(4) == 0)
            json["unknown"] = random.Next();
        return json;
    }

    /// <summary>An alternative must not be null, although its own schema allows null.</summary>
    private JsonValue? GenerateNotNull(JsonObject schema) => schema["type"] is JsonArray ? GenerateText(schema) : null;

    private JsonValue GenerateText(JsonObject schema)
    {
        var keywords = Keywords(schema);
        if (keywords["enum"] is JsonArray values)
            return JsonValue.Create((string)values[random.Next(values.Count)]! ?? "OTHER");

        if (keywords["format"] is not null)
        {
            var date = new DateOnly(2026, 1, 1).AddDays(random.Next(800));
            return JsonValue.Create(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        if (keywords["pattern"] is { } pattern)
        {
            return JsonValue.Create(((string)pattern!).Contains('@')
                ? $"p{random.Next()}@example.com"
                : random.NextInt64(1_000_000_000, 9_999_999_999).ToString(CultureInfo.InvariantCulture));
        }

        var (min, max) = ((int?)keywords["minLength"] ?? 0, (int?)keywords["maxLength"] ?? 20);
        var length = Near(min, max);
        return JsonValue.Create(string.Concat(Enumerable.Range(0, length).Select(_ =>
            random.Next(10) == 0 ? "😀" : ((char)random.Next('!', '\x7f')).ToString())));
    }

    private JsonValue GenerateNumber(JsonObject schema)
    {
        var keywords = Keywords(schema);
        var step = (decimal?)keywords["multipleOf"] ?? 0.01m;
        var (min, max) = ((decimal)keywords["minimum"]!, (decimal?)keywords["maximum"] ?? 10_000);
        return JsonValue.Create(random.Next(8) switch
        {
            0 => min,
            1 => max,
            2 when oddity > 0 => min - step,
            3 when oddity > 0 => max + step,
            4 when oddity > 0 => min + (step / 2),
            _ => min + (decimal.Floor((max - min) / step * (decimal)random.NextDouble()) * step),
        });
    }

    private int Near(int min, int max) => random.Next(6) switch
    {
        0 => min,
        1 => max,
        2 when oddity > 0 => Math.Max(0, min - 1),
        3 when oddity > 0 => max + 1,
        _ => random.Next(min, max + 1),
    };

    /// <summary>The keywords of a schema and of the schemas in its <c>allOf</c>.</summary>
    private static JsonObject Keywords(JsonObject schema)
    {
        var keywords = new JsonObject();
        foreach (var part in (schema["allOf"]?.AsArray() ?? []).Append(schema))
        {
            foreach (var (name, value) in part!.AsObject())
                keywords[name] = value?.DeepClone();
        }

        return keywords;
    }
}
