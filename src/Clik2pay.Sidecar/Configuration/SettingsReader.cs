using System.Diagnostics.CodeAnalysis;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads settings and collects their errors, so that all of them are reported at once. An error names the key and the remedy, and never
/// quotes a secret.
/// </summary>
internal sealed class SettingsReader
{
    /// <summary>The members of options that native compilation must keep.</summary>
    private const DynamicallyAccessedMemberTypes OptionsMembers =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties;

    private readonly IConfiguration configuration;
    private readonly List<string> errors;
    private readonly HashSet<string> known;
    private readonly HashSet<string> secrets;
    private readonly (string Declared, string Actual)? section;

    public SettingsReader(IConfiguration configuration) =>
        (this.configuration, errors, known, secrets) =
            (configuration, [], new(StringComparer.OrdinalIgnoreCase), new(StringComparer.OrdinalIgnoreCase));

    private SettingsReader(SettingsReader all, string declared, string actual) =>
        (configuration, errors, known, secrets, section) = (all.configuration, all.errors, all.known, all.secrets, (declared, actual));

    public IReadOnlyList<string> Errors => errors;

    /// <summary>
    /// A reader for one of several sections that have the same settings. It reads and reports, for example, <c>Profiles:shop:Username</c>
    /// for the setting that is declared as <c>Clik2pay:Username</c>. Errors are collected together with those of this reader.
    /// </summary>
    /// <param name="declared">The section in the declared keys, for example <c>Callers:{name}</c>.</param>
    /// <param name="actual">The section in the configuration, for example <c>Callers:agent</c>.</param>
    public SettingsReader ForSection(string declared, string actual) => new(this, declared, actual);

    /// <summary>The key in the configuration of a declared setting.</summary>
    public string KeyOf(string declared) =>
        section is var (from, to) && declared.StartsWith($"{from}:", StringComparison.OrdinalIgnoreCase)
            ? string.Concat(to, declared.AsSpan(from.Length))
            : declared;

    public void AddError(string key, string whatAndRemedy) => errors.Add($"{KeyOf(key)}: {whatAndRemedy}");

    /// <summary>
    /// The names of the sections below a section, such as <c>shop</c> for <c>Profiles:shop:Username</c>, in lower case and in alphabetical
    /// order. Reports names that aren't valid, and values where only sections are allowed.
    /// </summary>
    public IReadOnlyList<string> ReadNames(string parent)
    {
        var names = new List<string>();
        foreach (var child in configuration.GetSection(parent).GetChildren())
        {
            var name = child.Key.ToLowerInvariant();
            var error = !SectionName.IsValid(name) ? SectionName.Remedy
                : child.Value is { Length: > 0 } ? "it is a section, and cannot have a value. Give values to its settings."
                : null;
            if (error is null)
            {
                names.Add(name);
                continue;
            }

            // One error is enough. The settings of the section are not reported as unknown.
            AddError(SectionName.IsValid(name) ? child.Path : $"{parent}:{SectionName.Shorten(child.Key)}", error);
            known.UnionWith(child.AsEnumerable().Select(setting => setting.Key));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Whether any setting of the section has a value that isn't empty.</summary>
    public bool HasAny(string sectionName) =>
        configuration.GetSection(sectionName).AsEnumerable().Any(setting => setting.Value is { Length: > 0 });

    /// <summary>Reads every setting of an options type. A setting that isn't valid gets its default.</summary>
    public TOptions Read<[DynamicallyAccessedMembers(OptionsMembers)] TOptions>()
        where TOptions : class
    {
        var options = Activator.CreateInstance<TOptions>();
        foreach (var (property, setting) in SettingAttribute.FindAll<TOptions>())
            property.SetValue(options, Read(setting, property.PropertyType));
        return options;
    }

    /// <summary>Reads one setting of an options type.</summary>
    /// <returns>The value. If the setting is missing or isn't valid: its default, or null or 0 without a default.</returns>
    public TValue? Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions, TValue>(string property) =>
        Read(SettingAttribute.Find<TOptions>(property), Nullable.GetUnderlyingType(typeof(TValue)) ?? typeof(TValue)) is TValue value
            ? value
            : default;

    /// <returns>The text of the setting. Null if it is missing or empty.</returns>
    public string? Text(string key)
    {
        known.Add(KeyOf(key));
        return configuration[KeyOf(key)] is { Length: > 0 } text ? text : null;
    }

    /// <returns>The text of a secret. Null if it is missing or empty.</returns>
    public string? Secret(string key)
    {
        secrets.Add(KeyOf(key));
        return Text(key);
    }

    /// <summary>Whether the setting is present and empty, for example because it copies an unset variable.</summary>
    public bool IsEmpty(string key) => configuration[KeyOf(key)] is "";

    /// <summary>Reports the keys of a section that were not read. Otherwise, a misspelled setting would silently have no effect.</summary>
    public void RejectUnknownKeys(string section)
    {
        var keys = known.Where(key => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
        foreach (var (key, value) in configuration.GetSection(section).AsEnumerable())
        {
            if (value is not null && !known.Contains(key))
                AddError(WithoutSecret(key), $"unknown setting. Correct or remove it. Known settings are {string.Join(", ", keys)}.");
        }
    }

    private object? Read(SettingAttribute setting, Type type)
    {
        if (setting.IsSecret)
            return new SecretReader(this).ReadOptional(setting.Key);

        if (type == typeof(IReadOnlyList<string>) && ReadArray(setting.Key) is { } entries)
            return entries;

        var text = Text(setting.Key);
        if (text is null && setting.AllowsEmpty && IsEmpty(setting.Key))
            return "";

        if (text is not null)
        {
            if (SettingParser.TryParse(text, type, setting) is { } value)
                return value;
            AddError(setting.Key, SettingParser.ExplainError(text, type, setting));
        }

        return setting.Default is { } fallback ? SettingParser.TryParse(fallback, type, setting) : null;
    }

    /// <summary>Reads a list that is an array in a JSON file. Each entry of an array has its own key.</summary>
    private List<string>? ReadArray(string key)
    {
        var entries = configuration.GetSection(KeyOf(key)).GetChildren().ToList();
        known.UnionWith(entries.Select(entry => entry.Path));
        return Text(key) is null && entries.Count > 0 ? entries.ConvertAll(entry => entry.Value ?? "") : null;
    }

    /// <summary>
    /// Shortens a key that begins with the key of a secret. The rest of the key may be the secret itself, after a missing equals sign.
    /// </summary>
    private string WithoutSecret(string key) =>
        secrets.FirstOrDefault(secret => key.StartsWith(secret, StringComparison.OrdinalIgnoreCase)) is { } secret ? $"{secret}…" : key;
}
