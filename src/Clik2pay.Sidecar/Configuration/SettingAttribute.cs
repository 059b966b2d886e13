using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Declares a setting with its key, default, unit and range. <see cref="SettingsReader"/> reads and validates settings by this attribute,
/// error messages quote it, and a test compares the tables in docs/reference/configuration.md with it.
/// </summary>
/// <remarks>
/// .NET can generate a binder and a validator (https://learn.microsoft.com/dotnet/core/extensions/options-validation-generator). They are
/// not used, because the binder throws at the first value that it cannot convert, and quotes that value, which may be a secret. The reader
/// reports all errors at once, each with key, range and remedy.
/// </remarks>
/// <param name="key">The key in configuration sources, for example <c>Sidecar:DrainSeconds</c>.</param>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
internal sealed class SettingAttribute(string key) : Attribute
{
    public string Key { get; } = key;

    /// <summary>The default in the notation of a configuration source. Null if the setting is required or has no default.</summary>
    public string? Default { get; init; }

    /// <summary>The unit of a number, for example <c>s</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>The smallest number.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>The largest number.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>Why there is no range.</summary>
    public string? NoRange { get; init; }

    /// <summary>
    /// Whether the value is a secret, which no error may quote. A secret can also be in a file. The setting with <c>File</c> after the key
    /// names the file.
    /// </summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether an empty value is valid. Otherwise, an empty setting counts as missing.</summary>
    public bool AllowsEmpty { get; init; }

    /// <summary>For example <c>0 to 3600 s</c>. Null if there is no range.</summary>
    public string? Range => double.IsNaN(Min)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{Min} to {Max}{(Unit is null ? "" : $" {Unit}")}");

    /// <returns>The settings of an options type, each with the property that it belongs to.</returns>
    public static IEnumerable<(PropertyInfo Property, SettingAttribute Setting)> FindAll<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>() =>
        from property in typeof(TOptions).GetProperties()
        from setting in property.GetCustomAttributes<SettingAttribute>()
        select (property, setting);

    /// <returns>The only setting of a property.</returns>
    public static SettingAttribute Find<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(string property) =>
        typeof(TOptions).GetProperty(property)!.GetCustomAttribute<SettingAttribute>()!;
}
