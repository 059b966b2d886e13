using System.Text;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads secrets, each from its own setting, from the file that <c>…File</c> names, or from its file in a folder (a mounted Kubernetes Secret).
/// </summary>
internal sealed class SecretReader(SettingsReader settings, string? directoryKey = null)
{
    /// <summary>In characters. What is larger is no secret, and is not read into memory to find that out.</summary>
    private const int MaxLength = 64 * 1024;

    private readonly string? directory = directoryKey is null ? null : settings.Text(directoryKey);

    /// <returns>The secret, or null when a mistake was noted. No mistake quotes it.</returns>
    public string? Read(string key, string fileName)
    {
        var fileKey = FileKey(key);
        if (directory is null)
            return TryRead(key, out var secret) ? secret : Mistake(key, $"it is missing; set it, or {fileKey} to the path of a file that holds it, or {directoryKey}.");

        return settings.Secret(key) is null && settings.Text(fileKey) is null
            ? ReadFile(directoryKey!, Path.Combine(directory, fileName))
            : Mistake(key, $"it is given more than once; keep one of {key}, {fileKey} and {directoryKey}.");
    }

    /// <param name="key">The setting; or the same with <c>File</c> behind it.</param>
    /// <param name="secret">The secret, or null when a mistake was noted.</param>
    /// <returns>Whether it is given at all.</returns>
    public bool TryRead(string key, out string? secret)
    {
        var fileKey = FileKey(key);
        secret = (settings.Secret(key), settings.Text(fileKey)) switch
        {
            ({ } value, null) => Check(key, value, "it"),
            (null, { } file) => ReadFile(fileKey, file),
            (null, null) => null,
            _ => Mistake(key, $"it is given more than once; keep one of {key} and {fileKey}."),
        };
        return settings.Secret(key) is not null || settings.Text(fileKey) is not null;
    }

    /// <summary>A secret whose absence opens a door: left out it is by intent, empty it is not.</summary>
    /// <returns>The secret, or null when it is left out or a mistake was noted.</returns>
    public string? ReadOptional(string key)
    {
        if (TryRead(key, out var secret))
            return secret;

        var empty = new[] { key, FileKey(key) }.FirstOrDefault(settings.IsEmpty);
        return empty is null ? null : Mistake(empty, "it is empty; give it its value, or leave it out altogether.");
    }

    /// <summary>Whether a header can carry the secret as it is; a mistake is noted when not.</summary>
    public bool FitsHeader(string key, string? secret)
    {
        if (secret is not ([' ', ..] or [.., ' ']))
            return true;

        settings.AddMistake(key, "it begins or ends with a space, which a header value cannot; was it copied exactly?");
        return false;
    }

    public static string FileKey(string key) => key + "File";

    private string? ReadFile(string key, string path)
    {
        try
        {
            return ReadAtMost(path) is { } text
                ? Check(key, WithoutTrailingNewline(text), Name(path))
                : Mistake(key, $"{Name(path)} has more than {MaxLength / 1024} KiB, which is no secret.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var what = e is FileNotFoundException or DirectoryNotFoundException ? "is not there"
                : Directory.Exists(path) ? "is a folder"
                : $"cannot be read by the user {Environment.UserName}; see its mode and owner, and those of its folder";
            return Mistake(key, $"{Name(path)} {what}.");
        }
    }

    /// <summary>In small parts, since the files are looked at each second. Null when there is more than a secret can have.</summary>
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

        return text.ToString();
    }

    /// <summary>Basic credentials carry no control characters (RFC 7617, section 2), and a header value is plain ASCII (RFC 9110, section 5.5).</summary>
    private string? Check(string key, string secret, string where)
    {
        if (secret.Length == 0)
            return Mistake(key, $"{where} is empty.");

        var odd = secret.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        return odd < 0
            ? secret
            : Mistake(key, $"{where} has a line end, another control character or one outside ASCII at position {odd + 1}; was more than the credential copied?");
    }

    /// <summary>A whole path is named; what is none may be the secret itself, in the wrong setting. A slash alone makes no path: base64 has it too.</summary>
    private static string Name(string path) => Path.IsPathFullyQualified(path) ? $"the file {path}" : "the file that it names";

    private string? Mistake(string key, string whatAndRemedy)
    {
        settings.AddMistake(key, whatAndRemedy);
        return null;
    }

    /// <summary>One line end at the end is the editor's, not the secret's.</summary>
    private static string WithoutTrailingNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
        : text.EndsWith('\n') ? text[..^1]
        : text;
}
