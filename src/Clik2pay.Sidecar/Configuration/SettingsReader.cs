using System.Globalization;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads settings one by one and notes what is wrong with them, so that everything wrong is told at once. An error names the key and the
/// remedy; the value of a secret is in none.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> errors = [];
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> secrets = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Errors => errors;

    /// <summary>The keys that were read as secrets.</summary>
    public IReadOnlyCollection<string> SecretKeys => secrets;

    public void AddError(string key, string whatAndRemedy) => errors.Add($"{key}: {whatAndRemedy}");

    /// <summary>The text under the key; null when it is absent or empty.</summary>
    public string? Text(string key)
    {
        known.Add(key);
        return configuration[key] is { Length: > 0 } text ? text : null;
    }

    /// <summary>The text of a secret under the key; null when it is absent or empty. The key is refused on the command line.</summary>
    public string? Secret(string key)
    {
        secrets.Add(key);
        return Text(key);
    }

    /// <summary>Whether the key is there and says nothing: a variable whose value did not arrive.</summary>
    public bool IsEmpty(string key) => configuration[key] is "";

    /// <summary>The text under the key as it is, where empty is a value of its own.</summary>
    public string TextOrEmpty(string key, string fallback)
    {
        known.Add(key);
        return configuration[key] ?? fallback;
    }

    public bool Flag(string key)
    {
        if (Text(key) is not { } text)
            return false;

        if (bool.TryParse(text, out var flag))
            return flag;

        AddError(key, $"\"{text}\" is neither true nor false.");
        return false;
    }

    public int Number(string key, int fallback, int least, int most)
    {
        if (Text(key) is not { } text)
            return fallback;

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;

        AddError(key, string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not a whole number from {least} to {most}."));
        return fallback;
    }

    /// <summary>A number of whole seconds.</summary>
    public TimeSpan Seconds(string key, TimeSpan fallback, int least, int most) => TimeSpan.FromSeconds(Number(key, (int)fallback.TotalSeconds, least, most));

    /// <summary>The value that has this name, in any case; null for none. Enum.TryParse would take "1" and "Sandbox,Production" for Production.</summary>
    public static T? FindByName<T>(string? name)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(name, value.ToString(), StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    /// <summary>One of an enum's values, by its name.</summary>
    public T Choice<T>(string key, T fallback)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
            return fallback;

        if (FindByName<T>(text) is { } value)
            return value;

        AddError(key, $"\"{text}\" is none of {string.Join(", ", Enum.GetNames<T>())}.");
        return fallback;
    }

    /// <summary>A file mode as chmod takes it: three octal digits, with or without a zero before them.</summary>
    public UnixFileMode FileMode(string key, UnixFileMode fallback)
    {
        if (Text(key) is not { } text)
            return fallback;

        if (text.Length is 3 or 4 && text.All(c => c is >= '0' and <= '7') && (text.Length == 3 || text[0] == '0'))
            return (UnixFileMode)Convert.ToInt32(text, 8);

        AddError(key, $"\"{text}\" is not a file mode; write three octal digits, for instance 0660.");
        return fallback;
    }

    public double Fraction(string key, double fallback, double least, double most)
    {
        if (Text(key) is not { } text)
            return fallback;

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && fraction >= least && fraction <= most)
            return fraction;

        AddError(key, string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not a fraction between {least} and {most}."));
        return fallback;
    }

    /// <summary>Entries separated by semicolons, or an array in a JSON file; null when there is none.</summary>
    public IReadOnlyList<string>? List(string key)
    {
        var entries = configuration.GetSection(key).GetChildren().ToList();
        known.UnionWith(entries.Select(entry => entry.Path));
        return Text(key)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            ?? (entries.Count > 0 ? [.. entries.Select(entry => entry.Value ?? "")] : null);
    }

    public ListenAddress ListenAddress(string key, ListenAddress fallback)
    {
        if (Text(key) is not { } text)
            return fallback;

        if (Configuration.ListenAddress.TryParse(text) is { } address)
            return address;

        AddError(key, $"\"{text}\" is no address to listen on; write http://IP:PORT, http://*:PORT or http://unix:/PATH (of at most 107 characters).");
        return fallback;
    }

    /// <summary>A key that begins like that of a secret may lack its equals sign, so that the rest of it is the secret.</summary>
    private string Shown(string key) =>
        secrets.FirstOrDefault(secret => key.StartsWith(secret, StringComparison.OrdinalIgnoreCase)) is { } secret ? $"{secret}…" : key;

    /// <summary>Notes the keys of a section that nothing has asked for: a misspelt setting would otherwise be silently without effect.</summary>
    public void RejectUnknownKeys(string section)
    {
        var keys = known.Where(key => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
        foreach (var (key, _) in configuration.GetSection(section).AsEnumerable().Where(pair => pair.Value is not null && !known.Contains(pair.Key)))
            AddError(Shown(key), $"there is no such setting; is it misspelt? Known are {string.Join(", ", keys)}.");
    }
}
