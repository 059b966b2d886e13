using System.Text;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>A file that contains one secret. No error quotes the secret.</summary>
internal static class SecretFile
{
    /// <summary>In characters. A longer file is not a secret, and is not read to its end.</summary>
    private const int MaxLength = 64 * 1024;

    /// <summary>Determining the name opens a file, which fails without free open files.</summary>
    private static readonly string User = Environment.UserName;

    /// <summary>Does not throw.</summary>
    /// <returns>The secret without one trailing line end, or null and an error.</returns>
    public static string? TryRead(string path, out string? error) => TryRead(path, out error, out _);

    /// <inheritdoc cref="TryRead(string, out string?)"/>
    /// <param name="path">The path of the file.</param>
    /// <param name="error">Null if the file was read.</param>
    /// <param name="isTemporary">
    /// Whether the system could not read the file for a reason that says nothing about the file, such as too many open files.
    /// </param>
    public static string? TryRead(string path, out string? error, out bool isTemporary)
    {
        var secret = (string?)null;
        isTemporary = false;
        try
        {
            secret = ReadAtMost(path);
            error = secret is null
                ? $"{Describe(path)} has more than {MaxLength / 1024} KiB, so it is not a secret."
                : FindError(secret, Describe(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            isTemporary = IsTemporary(e);
            error = $"{Describe(path)} {Explain(path, e)}.";
        }

        return error is null ? secret : null;
    }

    /// <summary>
    /// Basic credentials contain no control characters (RFC 7617, section 2), and a header value is plain ASCII (RFC 9110, section 5.5).
    /// </summary>
    public static string? FindError(string secret, string where)
    {
        if (string.IsNullOrWhiteSpace(secret))
            return $"{where} {(secret.Length == 0 ? "is empty" : "contains only white space")}.";

        var invalid = secret.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        return invalid < 0
            ? null
            : $"{where} has a line end, another control character or a character outside ASCII at position {invalid + 1}. "
                + "Check whether more than the credential was copied.";
    }

    /// <summary>
    /// Quotes only an absolute path. Any other text may be the secret itself in the wrong setting, even if it contains slashes (Base64).
    /// </summary>
    public static string Describe(string path) =>
        Path.IsPathFullyQualified(path) && !path.AsSpan().ContainsAnyInRange('\0', '\x1f') ? $"the file {path}" : "the file that it names";

    /// <summary>Explains why a file could not be read.</summary>
    public static string Explain(string path, Exception e) =>
        e is FileNotFoundException or DirectoryNotFoundException
            ? $"does not exist. {(Path.IsPathFullyQualified(path) ? "Create it or correct the path" : "Use an absolute path")}"
        : Directory.Exists(path) ? "is a folder"
        : IsTemporary(e) ? "cannot be read, because the system returned an error. Check the limit of open files and the file system"
        : $"cannot be read by the user {User}. Check the mode and the owner of the file and of its folder";

    private static bool IsTemporary(Exception e) => e is IOException and not (FileNotFoundException or DirectoryNotFoundException);

    /// <summary>Uses a small buffer, because credential files are read every second.</summary>
    /// <returns>Null if the file is too large.</returns>
    private static string? ReadAtMost(string path)
    {
        using var file = new StreamReader(path);
        var text = new StringBuilder();
        Span<char> part = stackalloc char[256];
        while (file.Read(part) is > 0 and var length)
        {
            if (text.Append(part[..length]).Length > MaxLength)
                return null;
        }

        return WithoutTrailingNewline(text.ToString());
    }

    /// <summary>Removes the line end that editors add.</summary>
    private static string WithoutTrailingNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
        : text.EndsWith('\n') ? text[..^1]
        : text;
}
