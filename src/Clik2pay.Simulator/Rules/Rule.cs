using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Rules;

/// <summary>A rule for the value of a field, as code and as JSON Schema keywords for the OpenAPI description.</summary>
/// <param name="Problem">What the rule requires.</param>
/// <param name="Source">The source of the rule.</param>
/// <param name="IsMet">Whether a value of the field's type meets the rule. Never called with null.</param>
/// <param name="Keywords">The same rule in JSON Schema.</param>
internal sealed record Rule(string Problem, Source Source, Func<JsonNode, bool> IsMet, JsonObject Keywords)
{
    /// <summary>Limits the length of a string. The unit is Unicode code points, as in JSON Schema.</summary>
    public static Rule Length(int min, int max, Source source)
    {
        var keywords = new JsonObject { ["maxLength"] = max };
        if (min > 0)
            keywords["minLength"] = min;
        var range = min > 0 ? string.Create(CultureInfo.InvariantCulture, $"{min} to {max}") : $"at most {max}";
        return new($"must have {range} characters", source, value => Count(value) is { } count && count >= min && count <= max, keywords);
    }

    public static Rule NotEmpty(Source source) =>
        new("must not be empty", source, value => Count(value) > 0, new() { ["minLength"] = 1 });

    /// <summary>Limits a number, in dollars or days. The limits themselves are allowed.</summary>
    public static Rule Range(decimal min, decimal? max, Source source)
    {
        var keywords = new JsonObject { ["minimum"] = min };
        if (max is not null)
            keywords["maximum"] = max;
        var range = max is null ? $"at least {min}" : string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}");
        return new($"must be {range}", source, value => Number(value) is { } number && number >= min && !(number > max), keywords);
    }

    /// <summary>Requires a multiple of a positive number.</summary>
    public static Rule MultipleOf(decimal step, Source source) => new(
        string.Create(CultureInfo.InvariantCulture, $"must be a multiple of {step}"),
        source,
        value => Number(value) % step == 0,
        new() { ["multipleOf"] = step });

    public static Rule OneOf(Source source, params string[] values) => new(
        $"must be one of {string.Join(", ", values)}",
        source,
        value => values.Contains(Text(value), StringComparer.Ordinal),
        new() { ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) });

    /// <summary>Requires a date in the format of RFC 3339, section 5.6.</summary>
    public static Rule Date(Source source) => new(
        "must be a date such as 2026-01-31", source, value => ToDate(value) is not null, new() { ["format"] = "date" });

    public static Rule MobileNumber(Source source) => new(
        "must have 10 digits",
        source,
        value => Text(value) is { Length: 10 } text && text.All(char.IsAsciiDigit),
        new() { ["pattern"] = "^[0-9]{10}$" });

    public static Rule Email(Source source) => new(
        "must be an email address",
        source,
        value => Text(value) is { } text
            && text.Split('@') is [{ Length: > 0 }, { Length: > 0 }]
            && !text.Any(char.IsWhiteSpace),
        new() { ["pattern"] = @"^[^@\s]+@[^@\s]+$" });

    /// <returns>The text of a JSON string; null for another type, or if the string is not valid Unicode.</returns>
    public static string? Text(JsonNode? value)
    {
        try
        {
            return value is JsonValue text && text.TryGetValue<string>(out var result) ? result : null;
        }
        catch (InvalidOperationException)
        {
            // The string contains an unpaired surrogate.
            return null;
        }
    }

    /// <returns>The value of a JSON number, limited to the range of <see cref="decimal"/>; null for another type.</returns>
    public static decimal? Number(JsonNode? value)
    {
        if (value is not JsonValue number || number.GetValueKind() is not JsonValueKind.Number)
            return null;

        if (number.TryGetValue<decimal>(out var result))
            return result;

        return number.ToString().StartsWith('-') ? decimal.MinValue : decimal.MaxValue;
    }

    public static DateOnly? ToDate(JsonNode? value) =>
        DateOnly.TryParseExact(Text(value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    private static int? Count(JsonNode value) => Text(value)?.EnumerateRunes().Count();
}
