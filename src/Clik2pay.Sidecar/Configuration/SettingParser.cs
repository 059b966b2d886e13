using System.Globalization;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>Converts the text of a setting to the type of its property.</summary>
internal static class SettingParser
{
    /// <returns>The value, or null if the text isn't valid.</returns>
    public static object? TryParse(string text, Type type, SettingAttribute setting) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(bool) => bool.TryParse(text, out var flag) ? flag : null,
        _ when type == typeof(int) => TryParseNumber(text, setting),
        _ when type == typeof(TimeSpan) => TryParseNumber(text, setting) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        _ when type == typeof(double) => TryParseFraction(text, setting),
        _ when type == typeof(UnixFileMode) => TryParseFileMode(text),
        _ when type == typeof(ListenAddress) => ListenAddress.TryParse(text),
        _ when type == typeof(IReadOnlyList<string>) => Split(text) is { Length: > 0 } entries ? entries : null,
        _ when type.IsEnum => TryParseName(text, type),
        _ => throw new ArgumentException($"{setting.Key}: settings of type {type.Name} are not supported.", nameof(type)),
    };

    /// <returns>What is wrong with an invalid text, and which values are valid.</returns>
    public static string ExplainError(string text, Type type, SettingAttribute setting) => type switch
    {
        _ when type == typeof(bool) => $"'{text}' is not valid. Use true or false.",
        _ when type == typeof(int) || type == typeof(TimeSpan) => $"'{text}' is not a whole number from {setting.Range}.",
        _ when type == typeof(double) => $"'{text}' is not a number from {setting.Range}.",
        _ when type == typeof(UnixFileMode) => $"'{text}' is not a file mode. Use three octal digits, for example 0660.",
        _ when type == typeof(ListenAddress) => $"'{text}' is not a valid listen address. {ListenAddress.Remedy}",
        _ when type == typeof(IReadOnlyList<string>) =>
            "the list has no entry. Write at least one entry, and separate entries by semicolons, or remove the setting.",
        _ => $"'{text}' is not valid. Use {string.Join(", ", type.GetEnumNames()[..^1])} or {type.GetEnumNames()[^1]}.",
    };

    /// <returns>The entries of a list, which are separated by semicolons. A list without an entry is not valid.</returns>
    private static string[] Split(string text) =>
        text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int? TryParseNumber(string text, SettingAttribute setting) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= setting.Min && number <= setting.Max
            ? number
            : null;

    private static double? TryParseFraction(string text, SettingAttribute setting) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= setting.Min && number <= setting.Max
            ? number
            : null;

    /// <summary>Three octal digits as for chmod, with or without a leading zero.</summary>
    private static UnixFileMode? TryParseFileMode(string text) =>
        text.Length is 3 or 4 && text.All(c => c is >= '0' and <= '7') && (text.Length == 3 || text[0] == '0')
            ? (UnixFileMode)Convert.ToInt32(text, 8)
            : null;

    /// <summary>The platform's parser would also accept numbers and lists, such as <c>1</c> and <c>Sandbox,Production</c>.</summary>
    private static object? TryParseName(string text, Type type) =>
        Array.Find(type.GetEnumNames(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse(type, name)
            : null;
}
