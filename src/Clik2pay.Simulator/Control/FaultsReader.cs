using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Rules;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Clik2pay.Simulator.Control;

/// <summary>Reads and validates the faults in a request to the control API.</summary>
internal static class FaultsReader
{
    private static readonly Rule Milliseconds = WholeNumber(0, int.MaxValue);
    private static readonly Rule Percent = WholeNumber(0, 100);
    private static readonly Rule TokenEndpointFaults = NameOf<TokenEndpointFault>();
    private static readonly Rule ApiFaults = NameOf<ApiFault>();

    private static readonly ObjectRules RuleFields = new(
        new("path", JsonType.String, Source.Assumption) { IsRequired = true, Rules = [Path()] },
        Field("method", JsonType.String, NameOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")),
        Field("first", JsonType.Number, WholeNumber(1, int.MaxValue)),
        Field("percent", JsonType.Number, Percent),
        Field("tokenEndpoint", JsonType.String, TokenEndpointFaults),
        Field("tokenEndpointDelayMs", JsonType.Number, Milliseconds),
        Field("api", JsonType.String, ApiFaults),
        Field("apiDelayMs", JsonType.Number, Milliseconds));

    private static readonly ObjectRules Fields = new(
        Field("tokenEndpoint", JsonType.String, TokenEndpointFaults),
        Field("tokenEndpointDelayMs", JsonType.Number, Milliseconds),
        Field("tokenLifetimeSeconds", JsonType.Number, WholeNumber(1, int.MaxValue)),
        Field("api", JsonType.String, ApiFaults),
        Field("apiDelayMs", JsonType.Number, Milliseconds),
        Field("webhookDuplicatePercent", JsonType.Number, Percent),
        Field("webhookLosePercent", JsonType.Number, Percent),
        Field("webhookReorderPercent", JsonType.Number, Percent),
        Field("webhookDelayMs", JsonType.Number, Milliseconds));

    /// <param name="body">The body of the request; null if the body isn't a JSON object.</param>
    /// <param name="hasWebhook">Whether the simulator sends webhooks.</param>
    /// <returns>The faults, or the error in the body.</returns>
    public static (FaultSettings? Settings, string? Error) Read(JsonObject? body, bool hasWebhook)
    {
        if (body is null)
            return (null, "The body is not a valid JSON object. To clear all faults, send DELETE.");

        if (FindError(body) is { } error)
            return (null, error);

        var webhookFaults = body.Where(property => property.Key.StartsWith("webhook", StringComparison.Ordinal));
        return !hasWebhook && webhookFaults.FirstOrDefault(property => HasEffect(property.Value)).Key is { } name
            ? (null, $"{name}: the simulator sends no webhooks. Start it with --webhook.")
            : (body.Deserialize(FaultsJson.Default.FaultSettings), null);
    }

    private static string? FindError(JsonObject body)
    {
        if (body.TryGetPropertyValue("rules", out var rules) && rules is not JsonArray)
            return "rules: must be an array of objects.";

        if (FindError(body, Fields, "", "rules") is { } error)
            return error;

        foreach (var (index, rule) in (rules as JsonArray ?? []).Index())
        {
            var place = $"rules[{index}]";
            if (rule is not JsonObject fields)
                return $"{place}: must be an object.";

            if ((FindError(fields, RuleFields, place + ".") ?? FindMisplacedFault(fields, place)) is { } found)
                return found;
        }

        return null;
    }

    private static string? FindError(JsonObject json, ObjectRules rules, string prefix, string? other = null)
    {
        var names = rules.Fields.Select(field => field.Name).Append(other).OfType<string>().ToList();
        foreach (var (name, value) in json)
        {
            if (!names.Contains(name, StringComparer.Ordinal))
                return $"{prefix}{name}: unknown field. The fields are {string.Join(", ", names)}.";
            if (value is null && name is not ("path" or "method" or "first"))
                return $"{prefix}{name}: must not be null. Omit the field instead.";
        }

        return rules.FindViolation(json, prefix) is { } violation ? $"{violation.Field}: {violation.Problem}." : null;
    }

    private static string? FindMisplacedFault(JsonObject rule, string place)
    {
        var isTokenEndpoint = Rule.Text(rule["path"]) == FaultRule.TokenEndpointPath;
        var misplaced = isTokenEndpoint ? (string[])["api", "apiDelayMs"] : ["tokenEndpoint", "tokenEndpointDelayMs"];
        return Array.Find(misplaced, field => HasEffect(rule[field])) is { } name
            ? $"{place}.{name}: does not apply to the path. The token endpoint is {FaultRule.TokenEndpointPath}."
            : null;
    }

    private static bool HasEffect(JsonNode? value) =>
        Rule.Number(value) > 0 || (Rule.Text(value) is { } fault && !fault.Equals("None", StringComparison.OrdinalIgnoreCase));

    private static Field Field(string name, JsonType type, Rule rule) => new(name, type, Source.Assumption) { Rules = [rule] };

    private static Rule WholeNumber(int min, int max) => Check(
        $"must be a whole number from {min} to {max}",
        value => value is JsonValue json && json.TryGetValue<int>(out var number) && number >= min && number <= max);

    private static Rule NameOf<T>()
        where T : struct, Enum => NameOf(Enum.GetNames<T>());

    private static Rule NameOf(params string[] names) => Check(
        $"must be one of {string.Join(", ", names)}", value => names.Contains(Rule.Text(value), StringComparer.OrdinalIgnoreCase));

    private static Rule Path() => Check(
        $"must be {FaultRule.TokenEndpointPath}, or a path pattern that begins with /open/v1/, for example "
            + "/open/v1/payment-requests/{id}. It must not contain question marks, constraints or defaults",
        value => Rule.Text(value) is { } path
            && (path == FaultRule.TokenEndpointPath || (path.StartsWith("/open/v1/", StringComparison.Ordinal) && IsPattern(path))));

    private static bool IsPattern(string path)
    {
        try
        {
            // The matcher would ignore constraints and defaults.
            return !path.Contains('?')
                && RoutePatternFactory.Parse(path) is { Defaults.Count: 0, ParameterPolicies.Count: 0 };
        }
        catch (RoutePatternException)
        {
            return false;
        }
    }

    private static Rule Check(string problem, Func<JsonNode, bool> isMet) => new(problem, Source.Assumption, isMet, []);
}
