using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Cli;

/// <summary>
/// Names the arguments of a command line in errors. If the command line contains a setting, an error quotes only keys, and gives the
/// positions of all other arguments, because any of them may be a secret in a wrong notation. Otherwise, an error quotes the argument.
/// </summary>
internal sealed class ArgumentNames(IReadOnlyList<string> args)
{
    private const string Prefix = "--";

    private static readonly string[] SecretKeys =
        [.. Settings.All.Where(setting => setting.Setting.IsSecret).SelectMany(setting => Settings.KeysOf(setting.Setting))];

    private static readonly string[] KnownKeys =
        [.. Settings.All.SelectMany(setting => Settings.KeysOf(setting.Setting)), .. SecretKeys.Select(SecretReader.FileKey)];

    /// <summary>Whether an argument is a setting in any notation, so that other arguments may be its value.</summary>
    public bool HasSetting => args.Any(IsSetting);

    /// <returns>The name of an argument, or of a part of one.</returns>
    public string Of(string argument)
    {
        // An address such as redis://:text@host may contain a password.
        var key = KeyOf(argument);
        if (IsKnown(argument) || (!HasSetting && !argument.Contains('@')))
            return $"'{key}'";

        // In --Clik2pay:Passwordtext, the text may be the secret.
        var setting = SettingOf(key);
        foreach (var secret in SecretKeys)
        {
            if (SectionName.Matches(setting, secret, out var rest))
                return $"'{Prefix}{setting[..^rest.Length]}'";
        }

        if (argument.Contains('=') && key.StartsWith(Prefix, StringComparison.Ordinal) && !MentionsSecret(key))
            return $"'{key}'";

        var index = args.ToList().IndexOf(argument);
        return index < 0 ? "The value" : $"Argument {index + 1}";
    }

    /// <returns>The text before the equals sign.</returns>
    public static string KeyOf(string argument) => argument.Split('=')[0];

    /// <summary>Whether the text before the equals sign is the key of a setting.</summary>
    public static bool IsKnown(string argument) =>
        Array.Exists(KnownKeys, key => SectionName.Matches(SettingOf(KeyOf(argument)), key, out var rest) && rest.Length == 0);

    /// <summary>Whether an argument sets a secret.</summary>
    public static bool SetsSecret(string argument) =>
        argument.StartsWith(Prefix, StringComparison.Ordinal) && Settings.IsSecret(SettingOf(KeyOf(argument)));

    private static bool IsSetting(string argument)
    {
        var key = KeyOf(argument);
        var section = string.Concat(key.SkipWhile(c => !char.IsAsciiLetter(c)).TakeWhile(char.IsAsciiLetterOrDigit));
        return MentionsSecret(argument)
            || (key.StartsWith(Prefix, StringComparison.Ordinal) && SettingOf(key).Contains(':'))
            || SidecarConfiguration.Sections.Contains(section, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether a text contains the name of a secret in any notation, for example <c>Clik2pay.API-KEY</c>.</summary>
    private static bool MentionsSecret(string text)
    {
        var letters = string.Concat(text.Where(char.IsAsciiLetter));
        return SecretKeys.Any(key => letters.Contains(key.Split(':')[^1], StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The key may have the form of an environment variable, <c>--Section__Key</c>.</summary>
    private static string SettingOf(string key) => key.TrimStart('-', '/').Replace("__", ":", StringComparison.Ordinal);
}
