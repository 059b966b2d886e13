namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// The name of one of several sections that have the same settings, such as a profile or a caller. Names appear in metrics, logs and
/// headers, so they consist of few characters.
/// </summary>
internal static class SectionName
{
    /// <summary>For errors.</summary>
    public const string Remedy =
        "the name is not valid. Use 1 to 40 letters, digits, hyphens and single underscores, with a letter or digit at both ends. "
        + "Case is ignored.";

    /// <summary>Stands for any name in the declared key of a setting.</summary>
    public const string Any = "{name}";

    /// <summary>
    /// A name has no two underscores in a row, because they separate a section from its settings in an environment variable.
    /// </summary>
    /// <param name="name">In lower case.</param>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 40
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && !name.Contains("__", StringComparison.Ordinal);

    /// <summary>The beginning of a name that is not valid. The rest may be a secret, after a wrong separator.</summary>
    public static string Shorten(string name) => $"{string.Concat(name.TakeWhile(char.IsAsciiLetterOrDigit).Take(8))}…";

    /// <summary>Whether a key is the declared key of a setting, or begins with it.</summary>
    /// <param name="key">A key in the configuration.</param>
    /// <param name="declared">A declared key, which may contain <see cref="Any"/>.</param>
    /// <param name="rest">The rest of the key, after the declared key.</param>
    public static bool Matches(string key, string declared, out string rest)
    {
        rest = key;
        foreach (var (index, segment) in declared.Split(':').Index())
        {
            if (index > 0 && !TrySkip(":", ref rest))
                return false;

            if (segment == Any)
                rest = rest[rest.TakeWhile(c => c != ':').Count()..];
            else if (!TrySkip(segment, ref rest))
                return false;
        }

        return true;
    }

    private static bool TrySkip(string text, ref string rest)
    {
        if (!rest.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            return false;

        rest = rest[text.Length..];
        return true;
    }
}
