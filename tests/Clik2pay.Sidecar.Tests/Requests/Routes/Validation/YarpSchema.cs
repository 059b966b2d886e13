using System.Reflection;
using System.Text.Json;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Validation;

/// <summary>
/// All settings of the version of YARP in use, from its types and from the JSON schema in its package. An asterisk stands for a name or
/// an index.
/// </summary>
internal static class YarpSchema
{
    public static IEnumerable<string> FromTypes() =>
        [.. Flatten("Routes:*", typeof(RouteConfig)), .. Flatten("Clusters:*", typeof(ClusterConfig))];

    public static IEnumerable<string> FromJson()
    {
        using var json = Read();
        return [.. Flatten("", json.RootElement.GetProperty("properties").GetProperty("ReverseProxy"))];
    }

    public static IEnumerable<string> Transforms()
    {
        using var json = Read();
        var routes = json.RootElement.GetProperty("properties").GetProperty("ReverseProxy").GetProperty("properties").GetProperty("Routes");
        var transforms = routes.GetProperty("patternProperties").GetProperty(".").GetProperty("properties").GetProperty("Transforms");
        return [.. transforms.GetProperty("items").GetProperty("anyOf").EnumerateArray()
            .SelectMany(transform => transform.GetProperty("properties").EnumerateObject().Select(property => property.Name))
            .Distinct()];
    }

    private static JsonDocument Read() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ConfigurationSchema.json")));

    private static IEnumerable<string> Flatten(string path, Type type)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (name, item) = ($"{path}:{property.Name}", property.PropertyType);
            if (item.IsGenericType && item.Name.StartsWith("IReadOnly", StringComparison.Ordinal))
                (name, item) = ($"{name}:*", item.GetGenericArguments()[^1]);

            // The items of Transforms are dictionaries themselves.
            if (item.IsGenericType && item.Name.StartsWith("IReadOnly", StringComparison.Ordinal))
                (name, item) = ($"{name}:*", item.GetGenericArguments()[^1]);

            var isGroup = item is { IsEnum: false, IsClass: true } && item.Assembly == typeof(RouteConfig).Assembly;
            foreach (var setting in isGroup ? Flatten(name, item) : [name])
                yield return setting;
        }
    }

    private static List<string> Flatten(string path, JsonElement schema)
    {
        var children = new List<string>();
        if (schema.TryGetProperty("properties", out var properties))
            children.AddRange(properties.EnumerateObject().SelectMany(property => Flatten($"{path}:{property.Name}", property.Value)));
        if (schema.TryGetProperty("patternProperties", out var pattern))
            children.AddRange(Flatten($"{path}:*", pattern.GetProperty(".")));
        if (schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object)
            children.AddRange(Flatten($"{path}:*", additional));
        if (path.EndsWith(":Transforms", StringComparison.Ordinal))
            return [$"{path[1..]}:*:*"];
        if (schema.TryGetProperty("items", out var items))
            children.AddRange(Flatten($"{path}:*", items));
        return children.Count > 0 ? children : [path.TrimStart(':')];
    }
}
