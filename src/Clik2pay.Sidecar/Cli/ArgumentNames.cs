namespace Clik2pay.Sidecar.Cli;

/// <summary>
/// Names the arguments of a command line in errors. An error quotes only the key of a setting, even of a malformed setting, because the
/// value may be a secret.
/// </summary>
internal sealed class ArgumentNames
{
    private const string Prefix = "--";

    /// <summary>Arguments after a key without an equals sign. In <c>--Clik2pay:Password text</c>, the text may be a secret.</summary>
    private readonly HashSet<string> values = new(StringComparer.Ordinal);

    public ArgumentNames(IReadOnlyList<string> args)
    {
        for (var i = 1; i < args.Count; i++)
        {
            if (IsKeyWithoutValue(args[i - 1]) && !args[i].StartsWith(Prefix, StringComparison.Ordinal))
                values.Add(args[i]);
        }
    }

    /// <returns>The name of an argument, or of a part of one.</returns>
    public string Of(string argument) => values.Contains(argument) ? "The argument after a key without =" : $"'{KeyOf(argument)}'";

    /// <returns>The text before the equals sign, without text after the key of a secret.</returns>
    public static string KeyOf(string argument)
    {
        var key = argument.Split('=')[0];
        if (!key.StartsWith(Prefix, StringComparison.Ordinal))
            return key;

        var (setting, withoutSecret) = (SettingOf(key), Settings.WithoutSecret(SettingOf(key)));
        return withoutSecret.Length < setting.Length ? Prefix + withoutSecret : key;
    }

    /// <returns>The key of the secret that an argument sets. Null if the argument sets no secret.</returns>
    public static string? FindSecret(string argument) =>
        argument.StartsWith(Prefix, StringComparison.Ordinal) ? Settings.FindSecret(SettingOf(argument.Split('=')[0])) : null;

    private static bool IsKeyWithoutValue(string argument) =>
        !argument.Contains('=') && (argument.Contains(':') || argument.Contains("__", StringComparison.Ordinal));

    /// <summary>The key may have the form of an environment variable, <c>--Section__Key</c>.</summary>
    private static string SettingOf(string key) => key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
}
