using System.Text.Json;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>The names of enum values in tags and JSON, in snake case.</summary>
internal static class EnumNames
{
    public static string ToSnakeCase<T>(this T value)
        where T : struct, Enum => Names<T>.All[value];

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> All =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
    }
}
